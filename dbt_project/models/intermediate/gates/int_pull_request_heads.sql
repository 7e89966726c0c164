-- Every commit that was the head of a pull request's checks: its commits, its head, heads that were force-pushed away (known from the
-- timeline, and from the runs that name the pull request), and the merge queue's trial merges. A head was pushed when a force push says
-- so, else when its first run began; whether the pull request was a draft then, its timeline says.
with pulls as (
    select * from {{ ref('stg_github__pull_requests') }}
),

runs as (
    select * from {{ ref('stg_github__workflow_runs') }}
),

events as (
    select * from {{ ref('stg_github__pull_request_events') }}
),

heads as (
    select
        pull_request_id, repository_id, sha as head_sha, position, false as is_merge_group,
        cast(null as timestamp with time zone) as forced_at, cast(null as timestamp with time zone) as ran_at
    from {{ ref('stg_github__pull_request_commits') }}
    union all
    select pull_request_id, repository_id, head_sha, null, false, null, null from pulls
    union all
    select pull_request_id, repository_id, before_sha, null, false, null, null
    from events
    where kind = 'head_ref_force_pushed'
    union all
    select pull_request_id, repository_id, after_sha, null, false, created_at, null
    from events
    where kind = 'head_ref_force_pushed'
    union all
    select pulls.pull_request_id, pulls.repository_id, runs.head_sha, null, false, null, runs.created_at
    from runs
    {{ each(json_list('runs.pull_request_numbers'), 'n', 'listed_number') }}
    inner join pulls on runs.repository_id = pulls.repository_id and try_cast(n.listed_number as bigint) = pulls.number
    where runs.event in ('pull_request', 'pull_request_target', 'pull_request_review', 'workflow_run')
    union all
    select pulls.pull_request_id, pulls.repository_id, runs.head_sha, null, true, null, runs.created_at
    from runs
    inner join pulls
        on
            runs.repository_id = pulls.repository_id
            and try_cast({{ extract('runs.head_branch', "'^gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]+$'") }} as bigint) = pulls.number
    where runs.event = 'merge_group'
),

summed as (
    select
        pull_request_id,
        repository_id,
        head_sha,
        max(position) as position,
        bool_or(is_merge_group) as is_merge_group,
        coalesce(min(forced_at), min(ran_at)) as pushed_at
    from heads
    where head_sha is not null
    group by pull_request_id, repository_id, head_sha
),

drafts as (
    select * from events where kind in ('ready_for_review', 'convert_to_draft')
),

turned as (
    select
        summed.pull_request_id,
        summed.head_sha,
        {{ latest('drafts.kind', 'drafts.created_at') }} filter (where drafts.created_at <= summed.pushed_at) as turned_before,
        {{ earliest('drafts.kind', 'drafts.created_at') }} filter (where drafts.created_at > summed.pushed_at) as turned_after
    from summed
    inner join drafts on summed.pull_request_id = drafts.pull_request_id
    group by summed.pull_request_id, summed.head_sha
)

select
    summed.*,
    case
        when summed.is_merge_group then false
        when turned.turned_before is not null then turned.turned_before = 'convert_to_draft'
        when turned.turned_after is not null then turned.turned_after = 'ready_for_review'
        else coalesce(pulls.is_draft, false)
    end as is_pushed_while_draft
from summed
left join turned on summed.pull_request_id = turned.pull_request_id and summed.head_sha = turned.head_sha
inner join pulls on summed.pull_request_id = pulls.pull_request_id
