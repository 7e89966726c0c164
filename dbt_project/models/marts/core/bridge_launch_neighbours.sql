select
    {{ stable_hash(['near.experiment_id', 'near.kind', 'near.neighbour_id']) }} as launch_neighbour_id,
    near.experiment_id,
    near.kind,
    near.neighbour_id,
    near.name,
    near.shipped_from,
    near.shipped_on,
    near.days_after,
    dismissals.experiment_id is not null as is_dismissed,
    dismissals.dismissed_by_person_id,
    dismissals.dismissed_on,
    dismissals.reason as dismissal_reason,
    near.source_url
from {{ ref('int_launch_neighbours') }} as near
left join {{ ref('int_launch_dismissals') }} as dismissals
    on
        near.experiment_id = dismissals.experiment_id
        and near.kind = dismissals.kind
        and near.neighbour_id = dismissals.neighbour
        and dismissals.state = 'counts'
