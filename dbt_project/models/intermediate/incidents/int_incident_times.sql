-- When an incident was taken up, first resolved and re-opened, from its own history: Jira's resolution date moves with
-- re-opening and imports.
with statuses as (
    -- A site that says nothing of a status has it `undefined`.
    select status_id, name, status_category from {{ ref('stg_jira__statuses') }}
    where status_category in ('new', 'indeterminate', 'done')
),

categories as (
    -- A status whose id is gone from the site means what others of its name mean, and the issues that are in it now.
    select status, min(status_category) as category
    from (
        select status, status_category from {{ ref('stg_jira__issues') }}
        union all
        select name, status_category from statuses
    )
    where status is not null and status_category is not null
    group by status
    having count(distinct status_category) = 1
),

moves as (
    select
        changes.issue_id,
        changes.changed_at,
        changes.history_id,
        coalesce(before_id.status_category, before.category, case when lower(changes.from_text) in ('done', 'closed', 'resolved') then 'done' end) as from_category,
        coalesce(after_id.status_category, after.category, case when lower(changes.to_text) in ('done', 'closed', 'resolved') then 'done' end) as to_category
    from {{ ref('stg_jira__issue_changes') }} as changes
    inner join {{ ref('int_incident_issues') }} as incidents on changes.issue_id = incidents.issue_id
    left join statuses as before_id on changes.from_value = before_id.status_id
    left join statuses as after_id on changes.to_value = after_id.status_id
    left join categories as before on changes.from_text = before.status
    left join categories as after on changes.to_text = after.status
    where changes.subject = 'status'
)

select
    incidents.issue_id,
    min(moves.changed_at) filter (where coalesce(moves.from_category, 'new') != 'done') as acknowledged_at,
    min(moves.changed_at) filter (where moves.to_category = 'done') as first_done_at,
    coalesce(bool_or(moves.from_category = 'done' and coalesce(moves.to_category, '') != 'done'), false) as is_reopened
from {{ ref('int_incident_issues') }} as incidents
left join moves on incidents.issue_id = moves.issue_id
group by incidents.issue_id
