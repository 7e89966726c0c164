-- How alive a project was in a period: merged human pull requests, and how many humans wrote them.
with authors as (
    select p.project_id, p.pull_request_id, {{ utc_date('p.merged_at') }} as merged_on, b.person_id
    from {{ ref('fct_pull_requests') }} as p
    inner join {{ ref('bridge_pull_request_authors') }} as b on p.pull_request_id = b.pull_request_id
    where p.merged_at is not null and b.kind = 'human' and b.person_id is not null
)

select
    a.project_id,
    t.period_id,
    count(distinct a.pull_request_id) as n_merged,
    count(distinct a.person_id) as n_contributors
from authors as a
inner join {{ ref('int_periods') }} as t on a.merged_on >= t.period_start and a.merged_on < t.period_end
group by a.project_id, t.period_id
