-- One row per repository known from GitHub's listing or from a mirror; one that is gone stays, with what became of it and since when.
with mirrors as (
    select * from {{ ref('stg_git__repositories') }}
),

github as (
    select * from {{ ref('stg_github__repositories') }}
),

told as (
    select
        repository_id,
        {{ latest('state', 'observed_at') }} as state,
        max(observed_at) as observed_at
    from {{ ref('stg_github__repository_lifecycle') }}
    where state in ('live', 'deleted', 'access_lost', 'restored')
    group by repository_id
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
    -- Where nothing tells that it was deleted, what is known is that it is out of sight.
    case
        when told.state in ('deleted', 'access_lost') then told.state
        when github.gone_at is not null then 'access_lost'
    end as gone_state,
    case
        when told.state in ('deleted', 'access_lost') then told.observed_at
        else github.gone_at
    end as gone_at,
    coalesce(github._source_url, mirrors._source_url) as source_url
from github
full outer join mirrors on github.repository_id = mirrors.repository_id
left join told on github.repository_id = told.repository_id
