-- One regression that shows in several pull requests of a repository counts once: where they share a Jira issue (not an epic), a branch
-- or the very head that was red (stacked branches). The most certain one stands for it, then the strongest.
with outcomes as (
    select
        outcomes.*,
        pulls.created_at,
        case outcomes.outcome when 'caught_confirmed' then 1 when 'caught_probable' then 2 when 'caught_possible' then 3 else 4 end as place
    from {{ ref('int_gate_outcomes') }} as outcomes
    inner join {{ ref('stg_github__pull_requests') }} as pulls on outcomes.pull_request_id = pulls.pull_request_id
    where outcomes.outcome in ('caught_confirmed', 'caught_probable', 'caught_possible', 'blocked_abandoned')
),

threads as (
    select links.pull_request_id, 'issue ' || links.issue_key as thread
    from {{ ref('int_pull_request_issue_links') }} as links
    inner join {{ ref('stg_jira__issues') }} as issues on links.issue_id = issues.issue_id
    where links.system = 'jira' and lower(coalesce(issues.issue_type, '')) != 'epic'
    union all
    select pull_request_id, 'branch ' || coalesce(head_repository_id, '') || ' ' || head_ref
    from {{ ref('stg_github__pull_requests') }}
    where head_ref is not null
),

keyed as (
    select outcomes.*, threads.thread
    from outcomes
    inner join threads on outcomes.pull_request_id = threads.pull_request_id
    union all
    select *, 'head ' || last_red_sha from outcomes where last_red_sha is not null
),

repeats as (
    select
        repeated.pull_request_id,
        repeated.gate,
        {{ earliest('strongest.pull_request_id', "cast(strongest.place as varchar) || cast(strongest.created_at as varchar)") }} as stands_for_it,
        min(repeated.thread) as thread
    from keyed as repeated
    inner join keyed as strongest
        on
            repeated.repository_id = strongest.repository_id
            and repeated.gate = strongest.gate
            and repeated.thread = strongest.thread
            and repeated.pull_request_id != strongest.pull_request_id
    where
        strongest.place < repeated.place
        or (
            strongest.place = repeated.place
            and (strongest.created_at < repeated.created_at or (strongest.created_at = repeated.created_at and strongest.pull_request_id < repeated.pull_request_id))
        )
    group by repeated.pull_request_id, repeated.gate
),

continued as (
    -- Given up under one number and merged under another.
    select
        outcomes.pull_request_id,
        outcomes.gate,
        {{ earliest('later.pull_request_id', 'later.merged_at') }} as continued_in,
        min(own.thread) as thread
    from outcomes
    inner join threads as own on outcomes.pull_request_id = own.pull_request_id
    inner join threads as others on own.thread = others.thread and own.pull_request_id != others.pull_request_id
    inner join {{ ref('stg_github__pull_requests') }} as later
        on others.pull_request_id = later.pull_request_id and outcomes.repository_id = later.repository_id
    where outcomes.outcome = 'blocked_abandoned' and later.merged_at > outcomes.created_at
    group by outcomes.pull_request_id, outcomes.gate
)

select
    outcomes.pull_request_id,
    outcomes.gate,
    coalesce(repeats.stands_for_it, continued.continued_in) as counted_in_pull_request_id,
    coalesce(repeats.thread, continued.thread) as shared_by
from outcomes
left join repeats on outcomes.pull_request_id = repeats.pull_request_id and outcomes.gate = repeats.gate
left join continued on outcomes.pull_request_id = continued.pull_request_id and outcomes.gate = continued.gate
where repeats.stands_for_it is not null or continued.continued_in is not null
