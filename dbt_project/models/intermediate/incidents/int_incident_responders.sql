-- Who worked on an incident: its assignees in Jira and GitHub, people who moved it or commented on it there, and who acknowledged,
-- resolved or re-opened it in an incident store. Reporting it, or being paged, is no response by itself.
with issue_touches as (
    select issue_id, assignee_id as account, 'commander' as role, cast(null as timestamp with time zone) as touched_at
    from {{ ref('int_incident_issues') }}
    union all
    select issue_id, author_id, 'responder', changed_at from {{ ref('stg_jira__issue_changes') }}
    union all
    select issue_id, author_id, 'responder', created_at from {{ ref('stg_jira__issue_comments') }}
),

assigned as (
    select
        issues.incident_id,
        {{ json_text('a.assignee', '$.id') }} as account,
        count(*) over (partition by issues.incident_id) as n_assignees
    from {{ ref('int_incident_github_issues') }} as issues
    {{ each(json_objects('issues.assignees'), 'a', 'assignee') }}
),

github_touches as (
    select issues.incident_id, events.actor_id as account_id, events.created_at as touched_at, events.kind
    from {{ ref('stg_github__issue_events') }} as events
    inner join {{ ref('int_incident_github_issues') }} as issues on events.issue_id = issues.issue_id
    where
        events.kind in ('closed', 'reopened', 'issue_comment')
        -- Whoever is assigned by somebody else was asked only.
        or (events.kind = 'assigned' and events.actor_id = events.assignee_id)
),

touches as (
    select touched.issue_id as record_id, 'jira' as system, touched.account, touched.role, touched.touched_at, touched.touched_at is not null as is_touch
    from issue_touches as touched
    inner join {{ ref('int_incident_issues') }} as incidents on touched.issue_id = incidents.issue_id
    union all
    -- Of several assignees nobody says who leads.
    select incident_id, 'github', account, case when n_assignees = 1 then 'commander' else 'responder' end, null, false
    from assigned
    union all
    select incident_id, 'github', cast(account_id as varchar), 'responder', touched_at, true from github_touches
    union all
    -- Where the timeline was not read, the issue tells of its last closing.
    select incident_id, 'github', cast(closed_by_id as varchar), 'responder', closed_at, true
    from {{ ref('int_incident_github_issues') }}
    where incident_id not in (select timelines.incident_id from github_touches as timelines where timelines.kind = 'closed')
    union all
    select
        responders.incident_id,
        {{ incident_account_system('responders.kind') }},
        responders.account,
        'responder',
        responders.responded_at,
        true
    from {{ ref('stg_incidents__incident_responders') }} as responders
    inner join {{ ref('stg_incidents__incidents') }} as incidents on responders.incident_id = incidents.incident_id
    where responders.action != 'assigned'
)

select
    coalesce(twins.incident_id, touches.record_id) as incident_id,
    accounts.person_id,
    min(touches.role) as role,
    min(touches.touched_at) as first_at,
    max(touches.touched_at) as last_at,
    count(*) filter (where touches.is_touch) as n_touches
from touches
inner join {{ ref('int_accounts_resolved') }} as accounts
    on touches.system = accounts.system and touches.account = accounts.account and accounts.kind = 'human' and accounts.person_id is not null
left join {{ ref('int_incident_twins') }} as twins on touches.record_id = twins.record_id
group by coalesce(twins.incident_id, touches.record_id), accounts.person_id
