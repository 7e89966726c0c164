-- One row per repository known from GitHub's listing or from a mirror.
with mirrors as (
    select * from {{ ref('stg_git__repositories') }}
),

github as (
    select * from {{ ref('stg_github__repositories') }}
)

select
    coalesce(github.repository_id, mirrors.repository_id) as repository_id,
    coalesce(github.full_name, mirrors.full_name) as full_name,
    coalesce(github.default_branch, mirrors.default_branch) as default_branch,
    coalesce(github.is_fork, false) as is_fork,
    github.fork_source_id,
    coalesce(github.is_template, false) as is_template,
    github.template_repository_id,
    coalesce(github.is_archived, false) as is_archived,
    coalesce(github.is_empty, mirrors.is_empty, false) as is_empty,
    github.created_at,
    coalesce(github._source_url, mirrors._source_url) as source_url
from github
full outer join mirrors on github.repository_id = mirrors.repository_id
