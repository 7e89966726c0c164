-- What the people of a launch did in its project in the weeks after it, with or without a ticket. Changes that made the launch are not
-- counted again, nor are the runs of gates on pull requests.
with people as (
    select distinct bridge.launch_id, bridge.person_id, windows.project_id, windows.started_at, windows.window_end
    from {{ ref('bridge_launch_people') }} as bridge
    inner join {{ ref('int_launch_windows') }} as windows on bridge.launch_id = windows.launch_id
    inner join {{ ref('dim_people') }} as humans on bridge.person_id = humans.person_id and humans.kind = 'human'
),

prompts as (
    select distinct
        changes.project_id, authors.person_id, changes.pull_request_id, changes.landed_at,
        case when registered.prompt_change_id is not null then 'evals' when changes.pull_request_id is null then 'git' else 'github' end as source_system,
        case
            when registered.prompt_change_id is not null then 'prompt_versions'
            when changes.pull_request_id is null then 'commits'
            else 'pull_requests'
        end as source_kind,
        coalesce(
            registered.source_record_id, cast(changes.pull_request_id as varchar), {{ record_id(['changes.repository_id', 'changes.sha']) }}
        ) as source_record_id
    from {{ ref('fct_prompt_changes') }} as changes
    inner join {{ ref('bridge_prompt_change_authors') }} as authors on changes.prompt_change_id = authors.prompt_change_id
    left join {{ ref('int_prompt_changes_registered') }} as registered on changes.prompt_change_id = registered.prompt_change_id
    where changes.landed_at is not null
),

changes as (
    select distinct pulls.project_id, authors.person_id, pulls.pull_request_id, pulls.merged_at
    from {{ ref('fct_pull_requests') }} as pulls
    inner join {{ ref('bridge_pull_request_authors') }} as authors on pulls.pull_request_id = authors.pull_request_id
    where pulls.merged_at is not null
),

done as (
    select
        'eval_run' as action, project_id, person_id, started_at as acted_at, cast(null as bigint) as pull_request_id,
        'evals' as source_system, 'runs' as source_kind, eval_run_id as source_record_id
    from {{ ref('int_eval_runs') }}
    where pull_request_number is null
    union all
    select 'prompt_change', project_id, person_id, landed_at, pull_request_id, source_system, source_kind, source_record_id
    from prompts
    union all
    select 'change', project_id, person_id, merged_at, pull_request_id, 'github', 'pull_requests', cast(pull_request_id as varchar)
    from changes
    where pull_request_id not in (select prompts.pull_request_id from prompts where prompts.pull_request_id is not null)
    union all
    select
        'incident_response', incidents.project_id, responders.person_id, responders.first_at, null,
        {{ incident_source_record('incidents') }}
    from {{ ref('bridge_incident_responders') }} as responders
    inner join {{ ref('fct_incidents') }} as incidents on responders.incident_id = incidents.incident_id
    union all
    select
        'gate_override', project_id, actor_person_id, pushed_at, pull_request_id, 'github', 'pull_requests', cast(pull_request_id as varchar)
    from {{ ref('fct_gate_bypasses') }}
    where actor_kind = 'human'
)

select distinct
    people.launch_id,
    people.person_id,
    done.action,
    done.acted_at,
    done.source_system,
    done.source_kind,
    done.source_record_id,
    done.action in ('prompt_change', 'change') and tickets.pull_request_id is null as is_without_ticket
from people
inner join done
    on
        people.project_id = done.project_id
        and people.person_id = done.person_id
        and done.acted_at >= people.started_at
        and done.acted_at < people.window_end
left join {{ ref('int_launch_pull_requests') }} as own on people.launch_id = own.launch_id and done.pull_request_id = own.pull_request_id
left join (select distinct pull_request_id from {{ ref('int_pull_request_issue_links') }}) as tickets on done.pull_request_id = tickets.pull_request_id
where own.launch_id is null
