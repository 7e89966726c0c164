-- When an incident in GitHub was taken up, first closed and opened again, from its issue's timeline. It is taken up when a person assigns
-- it, or when somebody who works on it (was assigned, closed it or opened it again) first comments: a report, a label or a bot is no answer.
with events as (
    select
        issues.incident_id,
        events.kind,
        events.created_at,
        events.actor_id,
        events.assignee_id,
        coalesce(accounts.kind = 'human', events.actor_type = 'User') as is_by_person
    from {{ ref('stg_github__issue_events') }} as events
    inner join {{ ref('int_incident_github_issues') }} as issues on events.issue_id = issues.issue_id
    left join {{ ref('int_accounts_resolved') }} as accounts
        on accounts.system = 'github' and cast(events.actor_id as varchar) = accounts.account
),

workers as (
    select incident_id, assignee_id as account_id from events where kind = 'assigned'
    union
    select incident_id, actor_id from events where kind in ('closed', 'reopened')
)

select
    events.incident_id,
    min(events.created_at) filter (
        where events.is_by_person and (events.kind = 'assigned' or (events.kind = 'issue_comment' and workers.account_id is not null))
    ) as acknowledged_at,
    min(events.created_at) filter (where events.kind = 'closed') as first_closed_at,
    -- A timeline that tells of neither says nothing that the issue itself does not say.
    case when bool_or(events.kind in ('closed', 'reopened')) then bool_or(events.kind = 'reopened') end as is_reopened
from events
left join workers on events.incident_id = workers.incident_id and events.actor_id = workers.account_id
group by events.incident_id
