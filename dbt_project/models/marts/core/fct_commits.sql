select
    {{ stable_hash(['commits.repository_id', 'commits.sha']) }} as commit_id,
    commits.repository_id,
    commits.sha,
    projects.project_id,
    accounts.person_id as author_person_id,
    coalesce(accounts.kind, 'unknown') as author_kind,
    commits.authored_at,
    commits.committed_at,
    commits.landed_at,
    commits.landed_sha,
    commits.pull_request_number,
    commits.is_merge,
    inherited.sha is not null as is_inherited,
    inherited.home_repository_id,
    commits.insertions,
    commits.deletions,
    commits.subject,
    commits._source_url as source_url
from {{ ref('stg_git__commits') }} as commits
left join {{ ref('int_repository_projects') }} as projects on commits.repository_id = projects.repository_id
left join {{ ref('int_commits_inherited') }} as inherited
    on commits.repository_id = inherited.repository_id and commits.sha = inherited.sha
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'git' and commits.author_email = accounts.account
