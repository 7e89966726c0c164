-- What the authors of an artifact are given, with what nobody is given and what the authors used themselves, is its whole reach.
with given as (
    select artifact_id, period_id, sum(leverage_mid) as total
    from {{ ref('int_leverage_people') }}
    group by artifact_id, period_id
),

reach as (
    select artifact_id, period_id, sum(u_mid) as total
    from {{ ref('int_leverage_reached') }}
    where is_counted
    group by artifact_id, period_id
)

select reach.artifact_id, reach.period_id, reach.total as reach, given.total as given
from reach
left join given on reach.artifact_id = given.artifact_id and reach.period_id = given.period_id
where given.total is null or abs(reach.total - given.total) > 1e-9
