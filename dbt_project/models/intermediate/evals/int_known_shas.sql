-- Every commit that any source has shown, by repository, so that short and foreign shas can be placed.
-- A fork holds its source's commits: a commit known in both belongs to the source.
with shown as (
    select repository_id, sha from {{ ref('stg_git__commits') }}
    union
    select repository_id, sha from {{ ref('stg_github__pull_request_commits') }}
    union
    select repository_id, head_sha from {{ ref('stg_github__pull_requests') }}
    union
    select repository_id, head_sha from {{ ref('stg_github__workflow_runs') }}
),

held as (
    select shown.repository_id, lower(shown.sha) as sha, repositories.fork_source_id
    from shown
    left join {{ ref('int_repositories') }} as repositories on shown.repository_id = repositories.repository_id
    where shown.sha is not null
)

select
    held.repository_id,
    held.sha,
    substr(held.sha, 1, 7) as short_sha,
    sources.sha is not null as is_inherited
from held
left join held as sources on held.fork_source_id = sources.repository_id and held.sha = sources.sha
