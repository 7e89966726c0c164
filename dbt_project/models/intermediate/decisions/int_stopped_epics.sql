-- Epics that ended without being done, after work on them had begun: an idea that nobody started was not killed.
-- One that was taken up again is still here, whatever its resolution is now: the first decision to stop it was made.
with epics as (
    select
        *,
        lower(resolution) in {{ given_up_resolutions() }} as is_given_up
    from {{ ref('stg_jira__issues') }} as issues
    where {{ is_epic_issue('issues') }}
),

moves as (
    select
        changes.issue_id,
        min(changes.changed_at) filter (
            where lower(changes.field) = 'resolution' and lower(changes.to_text) in {{ given_up_resolutions() }}
        ) as stopped_at,
        min(changes.changed_at) filter (where lower(changes.field) = 'status') as begun_at,
        min(changes.changed_at) filter (
            where lower(changes.field) = 'resolution' and lower(changes.from_text) in {{ given_up_resolutions() }}
        ) as reopened_at
    from {{ ref('stg_jira__issue_changes') }} as changes
    inner join epics on changes.issue_id = epics.issue_id
    group by changes.issue_id
),

stopped as (
    select
        epics.issue_id,
        epics.issue_key,
        epics.assignee_id,
        epics.created_at,
        moves.begun_at,
        coalesce(moves.stopped_at, epics.resolution_at) as stopped_at,
        coalesce(moves.reopened_at <= {{ instant_plus_days('moves.stopped_at', 90) }}, false) as is_reconsidered,
        epics._source_url as source_url
    from epics
    left join moves on epics.issue_id = moves.issue_id
    where moves.stopped_at is not null or epics.is_given_up
),

pulls as (
    select * from {{ ref('int_epic_pull_requests') }}
),

work as (
    select
        pulls.epic_id,
        count(*) as n_merged,
        case when count(distinct projects.project_id) = 1 then min(projects.project_id) end as project_id
    from pulls
    inner join {{ ref('int_repository_projects') }} as projects on pulls.repository_id = projects.repository_id
    group by pulls.epic_id
),

-- What was last written down before the end tells of it; else what came soonest afterwards.
records as (
    select
        stopped.issue_id,
        pulls.pull_request_id,
        files.path,
        pulls.merged_at,
        row_number() over (
            partition by stopped.issue_id
            order by
                pulls.merged_at > stopped.stopped_at,
                abs({{ minutes_between('pulls.merged_at', 'stopped.stopped_at') }}),
                pulls.pull_request_id desc,
                files.path desc
        ) as place
    from stopped
    inner join pulls on stopped.issue_id = pulls.epic_id
    inner join {{ ref('stg_github__pull_request_files') }} as files on pulls.pull_request_id = files.pull_request_id
    where {{ matches_nocase('files.path', "'(^|/)(adr|adrs|decisions)/'") }}
)

select
    stopped.issue_id,
    stopped.issue_key,
    stopped.assignee_id,
    stopped.created_at,
    stopped.begun_at,
    stopped.stopped_at,
    stopped.is_reconsidered,
    work.project_id,
    coalesce(work.n_merged, 0) as n_merged_pull_requests,
    records.pull_request_id as record_pull_request_id,
    records.path as record_path,
    records.merged_at as recorded_at,
    stopped.source_url
from stopped
left join work on stopped.issue_id = work.epic_id
left join records on stopped.issue_id = records.issue_id and records.place = 1
where stopped.begun_at < stopped.stopped_at or work.n_merged >= 5
