-- Tickets that an engineer's merged changes in a project and half-year name, and whether they were unclear: what was asked for changed after work on it
-- had begun, or an earlier change for it was closed without merging. Issues of GitHub are left out, as they keep no history of their text.
with named as (
    select l.issue_id, p.pull_request_id, p.created_at, p.closed_at, p.merged_at
    from {{ ref('int_pull_request_issue_links') }} as l
    inner join {{ ref('fct_pull_requests') }} as p on l.pull_request_id = p.pull_request_id
    where l.system = 'jira'
),

begun as (
    select
        issue_id,
        min(created_at) as begun_at,
        max(merged_at) as merged_at,
        count(case when closed_at is not null and merged_at is null then 1 end) as n_dropped
    from named
    group by issue_id
),

changed as (
    select distinct b.issue_id
    from begun as b
    inner join {{ ref('stg_jira__issue_changes') }} as c
        on b.issue_id = c.issue_id and c.changed_at >= b.begun_at and c.changed_at < b.merged_at
    where lower(coalesce(c.field_id, c.field)) in ('summary', 'description')
)

select distinct
    s.person_id, s.project_id, s.period_id, n.issue_id,
    c.issue_id is not null as is_changed,
    b.n_dropped > 0 as is_retried
from {{ ref('int_project_stints') }} as s
{{ each('s.pull_request_ids', 'pulls', 'pull_request_id') }}
inner join named as n on pulls.pull_request_id = n.pull_request_id
inner join begun as b on n.issue_id = b.issue_id
left join changed as c on n.issue_id = c.issue_id
