-- Who worked on an incident: its assignee, and people who moved it or commented on it. Reporting it alone is no response.
with touches as (
    select issue_id, assignee_id as account, 'commander' as role, cast(null as timestamp with time zone) as touched_at
    from {{ ref('int_incident_issues') }}
    union all
    select issue_id, author_id, 'responder', changed_at from {{ ref('stg_jira__issue_changes') }}
    union all
    select issue_id, author_id, 'responder', created_at from {{ ref('stg_jira__issue_comments') }}
)

select
    touches.issue_id,
    accounts.person_id,
    min(touches.role) as role,
    min(touches.touched_at) as first_at,
    max(touches.touched_at) as last_at,
    count(touches.touched_at) as n_touches
from touches
inner join {{ ref('int_incident_issues') }} as incidents on touches.issue_id = incidents.issue_id
inner join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'jira' and touches.account = accounts.account and accounts.kind = 'human' and accounts.person_id is not null
group by touches.issue_id, accounts.person_id
