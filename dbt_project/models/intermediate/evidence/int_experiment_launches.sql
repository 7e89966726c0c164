-- Launches without a holdout, and how many other things shipped in the same project in their weeks. What somebody has set aside takes no part.
select
    launches.experiment_id,
    {{ utc_date('launches.started_at') }} as launched_on,
    count(neighbours.launch_neighbour_id) filter (where not neighbours.is_dismissed) as n_concurrent,
    count(neighbours.launch_neighbour_id) filter (where neighbours.is_dismissed) as n_dismissed
from {{ ref('fct_experiments') }} as launches
left join {{ ref('bridge_launch_neighbours') }} as neighbours on launches.experiment_id = neighbours.experiment_id
where launches.has_holdout = false and launches.started_at is not null
group by launches.experiment_id, launches.started_at
