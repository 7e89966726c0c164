-- Every name a repository is or was known by. Records keep the URL of the day they were read, so old names show there.
-- A name that somebody else holds today belongs to its present holder only.
with current_names as (
    select repository_id, full_name from {{ ref('int_repositories') }}
    union
    select repository_id, full_name from {{ ref('stg_git__repositories') }}
),

sources_of_forks as (
    select fork_source_id as repository_id, fork_source_full_name as full_name from {{ ref('stg_github__repositories') }}
    union
    select template_repository_id, template_full_name from {{ ref('stg_github__repositories') }}
),

seen_in_urls as (
    select distinct repository_id, {{ extract('_source_url', "'([^/]+/[^/]+)/pull/[0-9]+'") }} as full_name
    from {{ ref('stg_github__pull_requests') }}
),

names as (
    select repository_id, lower(full_name) as slug, full_name, true as is_current from current_names
    union all
    select repository_id, lower(full_name), full_name, true from sources_of_forks
    where repository_id not in (select c.repository_id from current_names as c)
    union all
    select repository_id, lower(full_name), full_name, false from seen_in_urls
    where lower(full_name) not in (select lower(c.full_name) from current_names as c where c.full_name is not null)
)

select repository_id, slug, min(full_name) as full_name, bool_or(is_current) as is_current
from names
where repository_id is not null and slug is not null
group by repository_id, slug
