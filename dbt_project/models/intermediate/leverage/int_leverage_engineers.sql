-- Per engineer and period over all artifacts: a project counts at most once for one person, however many of their artifacts it uses.
with projects as (
    select
        person_id,
        period_id,
        project_id,
        least(1.0, sum(leverage_low)) as leverage_low,
        least(1.0, sum(leverage_mid)) as leverage_mid,
        least(1.0, sum(leverage_high)) as leverage_high
    from {{ ref('int_leverage_people') }}
    where bucket = 'person'
    group by person_id, period_id, project_id
)

select
    person_id,
    period_id,
    count(*) as n_projects,
    sum(leverage_low) as leverage_low,
    sum(leverage_mid) as leverage_mid,
    sum(leverage_high) as leverage_high
from projects
group by person_id, period_id
