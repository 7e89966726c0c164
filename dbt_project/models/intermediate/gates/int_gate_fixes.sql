-- What happened between a red head and the green one after it: did the ruler move, or only the base branch?
with pairs as (
    -- A trial of the merge queue stands for the branch's head that it tried.
    select
        gated.pull_request_id, gated.gate, gated.repository_id,
        coalesce(red.branch_sha, gated.last_red_sha) as last_red_sha,
        coalesce(green.branch_sha, gated.green_sha) as green_sha
    from {{ ref('int_gate_pull_requests') }} as gated
    left join {{ ref('int_gate_pull_request_heads') }} as red
        on gated.pull_request_id = red.pull_request_id and gated.gate = red.gate and gated.last_red_sha = red.head_sha
    left join {{ ref('int_gate_pull_request_heads') }} as green
        on gated.pull_request_id = green.pull_request_id and gated.gate = green.gate and gated.green_sha = green.head_sha
    where gated.last_red_sha is not null and gated.green_sha is not null
),

positions as (
    select pull_request_id, sha, position, headline from {{ ref('stg_github__pull_request_commits') }}
),

spans as (
    select pairs.*, red.position as red_position, green.position as green_position
    from pairs
    left join positions as red on pairs.pull_request_id = red.pull_request_id and pairs.last_red_sha = red.sha
    left join positions as green on pairs.pull_request_id = green.pull_request_id and pairs.green_sha = green.sha
),

fixing_commits as (
    select
        spans.pull_request_id, spans.gate, spans.repository_id, positions.sha,
        coalesce({{ merges_branch('positions.headline') }}, false)
        and positions.headline like '%' || coalesce(pulls.base_ref, '') || '%' as is_base_merge,
        landed.sha is not null as is_mirrored
    from spans
    inner join positions
        on
            spans.pull_request_id = positions.pull_request_id
            and spans.red_position < positions.position
            and spans.green_position >= positions.position
    inner join {{ ref('stg_github__pull_requests') }} as pulls on spans.pull_request_id = pulls.pull_request_id
    left join {{ ref('stg_git__commits') }} as landed on spans.repository_id = landed.repository_id and positions.sha = landed.sha
),

summed as (
    select pull_request_id, gate, bool_and(is_base_merge) as is_base_only, bool_and(is_mirrored or is_base_merge) as are_all_mirrored
    from fixing_commits
    group by pull_request_id, gate
),

changed_paths as (
    -- Exact where the fixing commits themselves came to the default branch; else everything the pull request changed.
    select fixing_commits.pull_request_id, fixing_commits.gate, files.path
    from fixing_commits
    inner join summed
        on fixing_commits.pull_request_id = summed.pull_request_id and fixing_commits.gate = summed.gate and summed.are_all_mirrored
    inner join {{ ref('stg_git__commit_files') }} as files
        on fixing_commits.repository_id = files.repository_id and fixing_commits.sha = files.sha
    where not fixing_commits.is_base_merge
    union
    select pairs.pull_request_id, pairs.gate, files.path
    from pairs
    left join summed on pairs.pull_request_id = summed.pull_request_id and pairs.gate = summed.gate
    inner join {{ ref('stg_github__pull_request_files') }} as files on pairs.pull_request_id = files.pull_request_id
    where not coalesce(summed.are_all_mirrored, false)
),

surfaces as (
    select paths.pull_request_id, paths.gate, bool_or({{ is_gate_surface('paths.path') }}) as touches_gate
    from changed_paths as paths
    group by paths.pull_request_id, paths.gate
)

select
    pairs.pull_request_id,
    pairs.gate,
    coalesce(surfaces.touches_gate, false) as is_rebaselined,
    -- Green on the very head that was red: nothing of its own changed, only what it was merged with.
    coalesce(summed.is_base_only, false) or pairs.last_red_sha = pairs.green_sha as is_base_only,
    -- A head that was force-pushed away took its commits along: whether more than the base moved since is not to be seen.
    spans.red_position is not null or pairs.last_red_sha = pairs.green_sha as is_fix_seen,
    case when coalesce(summed.are_all_mirrored, false) then 'fixing_commits' else 'pull_request' end as compared_at
from pairs
inner join spans on pairs.pull_request_id = spans.pull_request_id and pairs.gate = spans.gate
left join summed on pairs.pull_request_id = summed.pull_request_id and pairs.gate = summed.gate
left join surfaces on pairs.pull_request_id = surfaces.pull_request_id and pairs.gate = surfaces.gate
