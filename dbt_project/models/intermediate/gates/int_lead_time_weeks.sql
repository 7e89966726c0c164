-- Weekly medians of the time from first commit to merge around an adoption; a project without any has one row without a week.
with people as (
    select pulls.project_id, pulls.artifact_id, count(distinct authors.person_id) as n_people
    from {{ ref('int_lead_time_pull_requests') }} as pulls
    inner join {{ ref('int_pull_request_authors') }} as authors on pulls.pull_request_id = authors.pull_request_id and authors.kind = 'human'
    group by pulls.project_id, pulls.artifact_id
),

weeks as (
    select
        project_id,
        artifact_id,
        cast(week_place as bigint) as week_place,
        cast(median(hours) as double) as median_hours,
        count(*) as n_pull_requests
    from {{ ref('int_lead_time_pull_requests') }}
    group by project_id, artifact_id, week_place
)

select
    adoptions.project_id,
    adoptions.artifact_id,
    adoptions.adopted_on,
    coalesce(people.n_people, 0) as n_people,
    weeks.week_place,
    weeks.median_hours,
    weeks.n_pull_requests
from {{ ref('int_gate_adoptions') }} as adoptions
left join people on adoptions.project_id = people.project_id and adoptions.artifact_id = people.artifact_id
left join weeks on adoptions.project_id = weeks.project_id and adoptions.artifact_id = weeks.artifact_id
