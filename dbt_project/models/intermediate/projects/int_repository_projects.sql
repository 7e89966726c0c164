-- Which project a repository belongs to: the declared group that names it, else a project of its own.
with declared as (
    select names.repository_id, min(groups.project_id) as project_id, min(groups.name) as name, min(groups.owner_team) as owner_team
    from {{ ref('stg_config__project_groups') }} as groups
    inner join {{ ref('int_repository_names') }} as names
        on {{ repository_slug('groups.repository') }} = names.slug and names.valid_to is null
    group by names.repository_id
)

select
    repositories.repository_id,
    coalesce(declared.project_id, repositories.repository_id) as project_id,
    coalesce(declared.name, repositories.full_name) as name,
    declared.owner_team,
    declared.project_id is not null as is_declared
from {{ ref('int_repositories') }} as repositories
left join declared on repositories.repository_id = declared.repository_id
