select
    {{ stable_hash(['experiment_id', 'phase']) }} as experiment_phase_id,
    experiment_id,
    phase,
    name,
    started_at,
    ended_at,
    coverage,
    split,
    ended_reason,
    _source_url as source_url
from {{ ref('stg_experiments__phases') }}
