select
    {{ stable_hash(['launch', 'kind', 'neighbour', 'dismissed_by', 'dismissed_on', 'reason']) }} as launch_dismissal_id,
    launch,
    kind,
    neighbour,
    experiment_id,
    dismissed_by_person_id,
    dismissed_on,
    reason,
    state
from {{ ref('int_launch_dismissals') }}
