select
    {{ stable_hash(['checks.experiment_id', 'checks.phase', 'checks.metric_key', 'checks.variant_key', 'checks.check_code']) }} as experiment_check_id,
    checks.experiment_id,
    checks.phase,
    checks.metric_key,
    checks.variant_key,
    checks.check_code,
    checks.status,
    checks.value,
    checks.threshold,
    checks.detail,
    experiments._source_url as source_url
from {{ ref('stg_statistics__experiment_checks') }} as checks
inner join {{ ref('stg_experiments__experiments') }} as experiments on checks.experiment_id = experiments.experiment_id
