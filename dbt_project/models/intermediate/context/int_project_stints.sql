-- What each engineer merged in which project and half-year, when they first changed the project, and when it began.
with merged as (
    select p.project_id, p.pull_request_id, b.person_id, {{ utc_date('p.merged_at') }} as day
    from {{ ref('fct_pull_requests') }} as p
    inner join {{ ref('bridge_pull_request_authors') }} as b on p.pull_request_id = b.pull_request_id
    where p.merged_at is not null and p.project_id is not null and b.kind = 'human' and b.person_id is not null
),

-- Mirrors reach further back than what was read of GitHub; commits that a fork brought along are nobody's beginning here.
landed as (
    select project_id, author_person_id as person_id, {{ utc_date('landed_at') }} as day
    from {{ ref('fct_commits') }}
    where landed_at is not null and project_id is not null and not is_inherited
),

beginnings as (
    select project_id, min(day) as began_on
    from (
        select project_id, {{ utc_date('created_at') }} as day from {{ ref('dim_projects') }}
        union all
        select project_id, day from landed
    ) as signs
    group by project_id
),

firsts as (
    select project_id, person_id, min(day) as first_change_on
    from (
        select project_id, person_id, day from merged
        union all
        select project_id, person_id, day from landed
    ) as changes
    where person_id is not null
    group by project_id, person_id
)

select
    m.person_id, m.project_id, t.period_id, t.period_start, t.period_end, b.began_on, f.first_change_on,
    {{ distinct_list('m.pull_request_id') }} as pull_request_ids
from merged as m
inner join {{ ref('int_periods') }} as t on t.grain = 'half' and m.day >= t.period_start and m.day < t.period_end
inner join firsts as f on m.project_id = f.project_id and m.person_id = f.person_id
left join beginnings as b on m.project_id = b.project_id
group by m.person_id, m.project_id, t.period_id, t.period_start, t.period_end, b.began_on, f.first_change_on
