-- Every place where an account of some system acts or is named. One row per sighting; nothing is joined to people yet. An act is what
-- somebody did at that moment: to be assigned, to own, or that lines still stand is none, nor is a run that a clock has started.
with github as (
    select
        {{ or_ghost('author_id') }} as account_id, {{ or_ghost('author_login', 'author_id') }} as login, author_type as account_type,
        created_at as seen_at, _extracted_at as login_seen_at, true as is_act
    from {{ ref('stg_github__pull_requests') }}
    union all
    select merged_by_id, merged_by_login, merged_by_type, merged_at, _extracted_at, true from {{ ref('stg_github__pull_requests') }}
    union all
    select {{ or_ghost('author_id') }}, {{ or_ghost('author_login', 'author_id') }}, author_type, submitted_at, _extracted_at, true
    from {{ ref('stg_github__reviews') }}
    union all
    select {{ or_ghost('author_id') }}, {{ or_ghost('author_login', 'author_id') }}, author_type, created_at, _extracted_at, true
    from {{ ref('stg_github__issues') }}
    union all
    select closed_by_id, closed_by_login, closed_by_type, closed_at, _extracted_at, true from {{ ref('int_incident_github_issues') }}
    union all
    select
        {{ json_integer('a.assignee', '$.id') }}, {{ json_text('a.assignee', '$.login') }}, {{ json_text('a.assignee', '$.type') }},
        issues.created_at, issues._extracted_at, false
    from {{ ref('int_incident_github_issues') }} as issues
    {{ each(json_objects('issues.assignees'), 'a', 'assignee') }}
    union all
    select actor_id, actor_login, actor_type, created_at, _extracted_at, true from {{ ref('stg_github__issue_events') }}
    union all
    select assignee_id, assignee_login, assignee_type, created_at, _extracted_at, false from {{ ref('stg_github__issue_events') }}
    union all
    select actor_id, actor_login, actor_type, created_at, _extracted_at, event not in ('schedule', 'workflow_run')
    from {{ ref('stg_github__workflow_runs') }}
    union all
    select triggering_actor_id, triggering_actor_login, triggering_actor_type, run_started_at, _extracted_at,
        event not in ('schedule', 'workflow_run')
    from {{ ref('stg_github__workflow_runs') }}
    union all
    select author_user_id, author_login, null, committed_at, _extracted_at, true from {{ ref('stg_github__pull_request_commits') }}
    union all
    -- An envelope holds the login as it was when it was written.
    select {{ json_integer('envelope', '$.actor_id') }}, {{ json_text('envelope', '$.actor') }}, null, started_at, started_at, false
    from {{ ref('stg_evals__runs') }}
),

signatures as (
    select lower(author_email) as email, author_name as name, committed_at as seen_at, true as is_act from {{ ref('stg_git__commits') }}
    union all
    select lower(author_email), author_name, committed_at, true from {{ ref('stg_github__pull_request_commits') }}
    union all
    select lower({{ json_text('c.co_author', '$.email') }}), {{ json_text('c.co_author', '$.name') }}, s.committed_at, true
    from {{ ref('stg_git__commits') }} as s
    {{ each(json_objects('s.co_authors'), 'c', 'co_author') }}
    union all
    select lower({{ json_text('c.co_author', '$.email') }}), {{ json_text('c.co_author', '$.name') }}, s.committed_at, true
    from {{ ref('stg_github__pull_request_commits') }} as s
    {{ each(json_objects('s.co_authors'), 'c', 'co_author') }}
    union all
    select author_email, null, {{ day_start('as_of') }}, false from {{ ref('stg_git__surviving_lines') }}
),

jira as (
    select account_id, email, display_name as name, account_type, cast(null as timestamp with time zone) as seen_at,
        false as is_act
    from {{ ref('stg_jira__users') }}
    union all
    select assignee_id, null, null, null, updated_at, false from {{ ref('stg_jira__issues') }}
    union all
    select reporter_id, null, null, null, created_at, false from {{ ref('stg_jira__issues') }}
    union all
    select creator_id, null, null, null, created_at, true from {{ ref('stg_jira__issues') }}
    union all
    select author_id, null, null, null, changed_at, true from {{ ref('stg_jira__issue_changes') }}
    union all
    select author_id, null, null, null, created_at, true from {{ ref('stg_jira__issue_comments') }}
),

incidents as (
    select kind, account, email, name, cast(null as timestamp with time zone) as seen_at, false as is_act
    from {{ ref('stg_incidents__users') }}
    union all
    select kind, account, null, null, responded_at, true from {{ ref('stg_incidents__incident_responders') }}
    union all
    select kind, account, null, null, started_at, false from {{ ref('stg_incidents__on_call_shifts') }}
    union all
    select kind, eval_attributable_by, null, null, created_at, false from {{ ref('stg_incidents__incidents') }}
),

sightings as (
    select
        'github' as system, cast(account_id as varchar) as account, login, null as email, null as name, account_type, seen_at,
        -- GitHub shows an account's login as it is when it is asked, also on records of long before.
        login_seen_at, is_act
    from github
    union all
    select
        'git', email, {{ extract('email', "'^(?:[0-9]+[+])?([^@]+)@users[.]noreply[.]'") }}, email, name, null, seen_at, seen_at, is_act
    from signatures
    union all
    select 'jira', account_id, null, email, name, account_type, seen_at, null, is_act from jira
    union all
    select {{ incident_account_system('kind') }}, account, null, email, name, null, seen_at, null, is_act from incidents
    union all
    select 'evals', lower(trim(created_by_raw)), null, null, null, null, started_at, null, true from {{ ref('stg_evals__runs') }}
    union all
    select 'evals', lower(trim(created_by_raw)), null, null, null, null, registered_at, null, true from {{ ref('stg_evals__prompt_versions') }}
    union all
    select 'experiments', lower(trim(owner_raw)), null, null, null, null, started_at, null, false
    from {{ ref('stg_experiments__experiments') }}
    union all
    select 'experiments', lower(trim(actor_raw)), null, null, null, null, changed_at, null, true
    from {{ ref('stg_experiments__flag_changes') }}
    union all
    select 'labels', lower(trim(rater_raw)), null, null, null, null, labelled_at, null, true from {{ ref('stg_labels__labels') }}
    union all
    select 'registers', lower(trim(owner)), null, null, null, null, {{ day_start('valid_from') }}, null, false
    from {{ ref('stg_registers__slices') }}
    union all
    select 'packets', author, null, null, null, null, {{ day_start('written_on') }}, null, true from {{ ref('stg_packets__packets') }}
    union all
    select 'registers', lower(trim(person)), null, null, null, null, {{ day_start('valid_from') }}, null, false
    from {{ ref('stg_registers__project_contexts') }}
    union all
    select 'registers', lower(trim(told_by)), null, null, null, null, {{ day_start('valid_from') }}, null, false
    from {{ ref('stg_registers__project_contexts') }}
    {% for column in ['person', 'told_by'] %}
    union all
    select 'registers', lower(trim({{ column }})), null, null, null, null, {{ day_start('day') }}, null, false
    from {{ ref('stg_registers__self_reports') }}
    {% endfor %}
    union all
    select source_system, account, null, null, null, null, started_at, null, source_system = 'evals' from {{ ref('int_checkpoint_makers') }}
)

select * from sightings
where account is not null and account != ''
