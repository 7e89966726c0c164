-- The commit that an eval run evaluated: its own sha in full or by a unique prefix; in CI the head of the run, because the
-- checkout there is a merge commit that nobody wrote.
with claimed as (
    select claimed.*, located.repository_id, located.ci_head_sha
    from {{ ref('int_eval_runs_claimed') }} as claimed
    inner join {{ ref('int_eval_runs_located') }} as located on claimed.run_id = located.run_id
),

test_merges as (
    -- GitHub keeps the test merge of an unmerged pull request as its merge commit.
    select repository_id, lower(merge_commit_sha) as sha, min(head_sha) as head_sha
    from {{ ref('stg_github__pull_requests') }}
    where merged_at is null and merge_commit_sha is not null
    group by repository_id, lower(merge_commit_sha)
),

prefixes as (
    select claimed.run_id, min(known.sha) as sha
    from claimed
    inner join {{ ref('int_known_shas') }} as known
        on
            claimed.repository_id = known.repository_id
            and substr(claimed.sha, 1, 7) = known.short_sha
            and {{ has_prefix('known.sha', 'claimed.sha') }}
    group by claimed.run_id
    having count(distinct known.sha) = 1
)

select
    claimed.run_id,
    coalesce(prefixes.sha, test_merges.head_sha, claimed.ci_head_sha) as git_sha,
    case
        when prefixes.sha = claimed.sha then 'full'
        when prefixes.sha is not null then 'prefix_unique'
        when test_merges.head_sha is not null then 'merge_parent'
        when claimed.ci_head_sha is not null then 'ci_run'
        else 'unresolved'
    end as git_sha_how
from claimed
left join prefixes on claimed.run_id = prefixes.run_id
left join test_merges on claimed.repository_id = test_merges.repository_id and claimed.sha = test_merges.sha
