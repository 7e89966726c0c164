-- Who worked on an incident: its assignee in Jira, people who moved it or commented on it there, and who acknowledged, resolved or
-- re-opened it in an incident store. Reporting it, or being paged, is no response by itself.
with issue_touches as (
    select issue_id, assignee_id as account, 'commander' as role, cast(null as timestamp with time zone) as touched_at
    from {{ ref('int_incident_issues') }}
    union all
    select issue_id, author_id, 'responder', changed_at from {{ ref('stg_jira__issue_changes') }}
    union all
    select issue_id, author_id, 'responder', created_at from {{ ref('stg_jira__issue_comments') }}
),

touches as (
    select touched.issue_id as incident_id, 'jira' as system, touched.account, touched.role, touched.touched_at, touched.touched_at is not null as is_touch
    from issue_touches as touched
    inner join {{ ref('int_incident_issues') }} as incidents on touched.issue_id = incidents.issue_id
    union all
    select
        coalesce(twins.issue_id, responders.incident_id),
        {{ incident_account_system('responders.kind') }},
        responders.account,
        'responder',
        responders.responded_at,
        true
    from {{ ref('stg_incidents__incident_responders') }} as responders
    inner join {{ ref('stg_incidents__incidents') }} as incidents on responders.incident_id = incidents.incident_id
    left join {{ ref('int_incident_twins') }} as twins on responders.incident_id = twins.store_incident_id
    where responders.action != 'assigned'
)

select
    touches.incident_id,
    accounts.person_id,
    min(touches.role) as role,
    min(touches.touched_at) as first_at,
    max(touches.touched_at) as last_at,
    count(*) filter (where touches.is_touch) as n_touches
from touches
inner join {{ ref('int_accounts_resolved') }} as accounts
    on touches.system = accounts.system and touches.account = accounts.account and accounts.kind = 'human' and accounts.person_id is not null
group by touches.incident_id, accounts.person_id
