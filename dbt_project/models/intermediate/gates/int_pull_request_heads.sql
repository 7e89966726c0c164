-- Every commit that was the head of a pull request's checks: its commits, its head, heads that were force-pushed away (known
-- from the runs that name the pull request), and the merge queue's trial merges. When it was pushed is when its first run began.
with pulls as (
    select * from {{ ref('stg_github__pull_requests') }}
),

runs as (
    select * from {{ ref('stg_github__workflow_runs') }}
),

heads as (
    select pull_request_id, repository_id, sha as head_sha, position, false as is_merge_group, cast(null as timestamp with time zone) as pushed_at
    from {{ ref('stg_github__pull_request_commits') }}
    union all
    select pull_request_id, repository_id, head_sha, null, false, null from pulls
    union all
    select pulls.pull_request_id, pulls.repository_id, runs.head_sha, null, false, runs.created_at
    from runs
    {{ each(json_list('runs.pull_request_numbers'), 'n', 'listed_number') }}
    inner join pulls on runs.repository_id = pulls.repository_id and try_cast(n.listed_number as bigint) = pulls.number
    where runs.event in ('pull_request', 'pull_request_target', 'pull_request_review', 'workflow_run')
    union all
    select pulls.pull_request_id, pulls.repository_id, runs.head_sha, null, true, runs.created_at
    from runs
    inner join pulls
        on
            runs.repository_id = pulls.repository_id
            and try_cast({{ extract('runs.head_branch', "'^gh-readonly-queue/.+/pr-([0-9]+)-[0-9a-f]+$'") }} as bigint) = pulls.number
    where runs.event = 'merge_group'
)

select
    pull_request_id,
    repository_id,
    head_sha,
    max(position) as position,
    bool_or(is_merge_group) as is_merge_group,
    min(pushed_at) as pushed_at,
    false as is_pushed_while_draft
from heads
where head_sha is not null
group by pull_request_id, repository_id, head_sha
