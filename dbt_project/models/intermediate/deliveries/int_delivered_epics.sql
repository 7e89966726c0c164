-- Epics that were done, with the due date that was in force then and the first one: a date that was set or moved afterwards is no promise.
with moves as (
    select
        issue_id, changed_at, lower(field) as field,
        substr(from_value, 1, 10) as from_day,
        substr(to_value, 1, 10) as to_day,
        lower(from_text) as from_text,
        lower(to_text) as to_text
    from {{ ref('stg_jira__issue_changes') }}
    where lower(field) in ('resolution', 'duedate')
),

resolutions as (
    select
        issue_id,
        min(changed_at) filter (where to_text != '' and to_text not in {{ given_up_resolutions() }}) as first_done_at
    from moves
    where field = 'resolution'
    group by issue_id
),

epics as (
    select
        issues.issue_id,
        issues.issue_key,
        issues.assignee_id,
        issues.due_on,
        issues._source_url as source_url,
        coalesce(
            resolutions.first_done_at, case when lower(issues.resolution) not in {{ given_up_resolutions() }} then issues.resolution_at end
        ) as done_at
    from {{ ref('stg_jira__issues') }} as issues
    left join resolutions on issues.issue_id = resolutions.issue_id
    where {{ is_epic_issue('issues') }}
),

since as (
    select
        epics.issue_id,
        count(*) filter (where moves.field = 'resolution' and moves.changed_at > epics.done_at and coalesce(moves.to_text, '') = '') as n_reopened,
        count(*) filter (where moves.field = 'duedate' and moves.changed_at <= epics.done_at) as n_before,
        count(*) filter (where moves.field = 'duedate' and moves.changed_at > epics.done_at) as n_after,
        min_by(coalesce(moves.from_day, moves.to_day), moves.changed_at)
            filter (where moves.field = 'duedate' and moves.changed_at <= epics.done_at) as first_day,
        -- A date that was taken away is none.
        max_by(coalesce(moves.to_day, ''), moves.changed_at) filter (where moves.field = 'duedate' and moves.changed_at <= epics.done_at) as last_day,
        min_by(coalesce(moves.from_day, ''), moves.changed_at) filter (where moves.field = 'duedate' and moves.changed_at > epics.done_at) as kept_day
    from epics
    inner join moves on epics.issue_id = moves.issue_id
    group by epics.issue_id
)

select
    epics.issue_id,
    epics.issue_key,
    epics.assignee_id,
    epics.source_url,
    epics.done_at,
    coalesce(since.n_reopened, 0) as n_reopened,
    cast(
        case when since.n_before > 0 then since.first_day when since.n_after > 0 then nullif(since.kept_day, '') else epics.due_on end as date
    ) as first_due_on,
    cast(
        case when since.n_before > 0 then nullif(since.last_day, '') when since.n_after > 0 then nullif(since.kept_day, '') else epics.due_on end as date
    ) as due_on
from epics
left join since on epics.issue_id = since.issue_id
where epics.done_at is not null
