-- Each person's part of a project in a period: their author shares over its merged human pull requests, divided by how many those are.
with merged as (
    select p.project_id, p.pull_request_id, {{ utc_date('p.merged_at') }} as merged_on, b.person_id, b.share
    from {{ ref('fct_pull_requests') }} as p
    inner join {{ ref('bridge_pull_request_authors') }} as b on p.pull_request_id = b.pull_request_id
    where p.merged_at is not null and b.kind = 'human' and b.person_id is not null
),

placed as (
    select m.*, t.period_id
    from merged as m
    inner join {{ ref('int_periods') }} as t on m.merged_on >= t.period_start and m.merged_on < t.period_end
),

totals as (
    select project_id, period_id, count(distinct pull_request_id) as n_merged
    from placed
    group by project_id, period_id
)

select p.project_id, p.period_id, p.person_id, sum(p.share) / min(t.n_merged) as share
from placed as p
inner join totals as t on p.project_id = t.project_id and p.period_id = t.period_id
group by p.project_id, p.period_id, p.person_id
