with accounts as (
    select account, person_id, kind from {{ ref('int_accounts_resolved') }} where system = 'github'
),

pulls as (
    select
        pulls.*,
        authors.person_id as author_person_id,
        coalesce(authors.kind, 'unknown') as author_kind,
        mergers.person_id as merged_by_person_id,
        case when pulls.merged_at is not null then coalesce(mergers.kind, 'unknown') end as merged_by_kind,
        coalesce(surfaces.is_docs_or_lock_only, false) as is_docs_or_lock_only,
        coalesce(surfaces.is_manifest_only, false) as is_manifest_only,
        {{ matches_nocase("coalesce(pulls.title, '')", "'(^|[^a-z])(bump|upgrade|update)([^a-z]|$)'") }} as says_bump
    from {{ ref('stg_github__pull_requests') }} as pulls
    left join accounts as authors on cast(pulls.author_id as varchar) = authors.account
    left join accounts as mergers on cast(pulls.merged_by_id as varchar) = mergers.account
    left join {{ ref('int_pull_request_surfaces') }} as surfaces on pulls.pull_request_id = surfaces.pull_request_id
)

select
    pulls.pull_request_id,
    pulls.repository_id,
    projects.project_id,
    pulls.number,
    pulls.title,
    pulls.state,
    pulls.is_draft,
    pulls.author_person_id,
    pulls.author_kind,
    pulls.merged_by_person_id,
    pulls.merged_by_kind,
    pulls.base_ref,
    pulls.head_ref,
    pulls.merge_commit_sha,
    pulls.head_sha,
    pulls.additions,
    pulls.deletions,
    pulls.changed_files,
    pulls.created_at,
    pulls.updated_at,
    pulls.closed_at,
    pulls.merged_at,
    pulls.author_kind = 'bot' or pulls.is_docs_or_lock_only as is_trivial,
    pulls.is_manifest_only and (pulls.author_kind = 'bot' or pulls.says_bump) as is_dependency_bump,
    pulls._source_url as source_url
from pulls
left join {{ ref('int_repository_projects') }} as projects on pulls.repository_id = projects.repository_id
