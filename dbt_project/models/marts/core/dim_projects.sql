with members as (
    select
        projects.project_id,
        projects.name,
        projects.owner_team,
        projects.is_declared,
        repositories.*
    from {{ ref('int_repository_projects') }} as projects
    inner join {{ ref('int_repositories') }} as repositories on projects.repository_id = repositories.repository_id
),

names as (
    select projects.project_id, {{ distinct_list('names.full_name') }} as names
    from {{ ref('int_repository_projects') }} as projects
    inner join {{ ref('int_repository_names') }} as names on projects.repository_id = names.repository_id
    group by projects.project_id
),

projects as (
    select
        project_id,
        min(name) as name,
        min(owner_team) as declared_team,
        case when count(*) = 1 then min(repository_id) end as repository_id,
        count(*) as n_repositories,
        bool_and(is_fork) as is_fork,
        case when bool_and(is_fork) then min(fork_source_id) end as fork_source_id,
        bool_or(is_template) as is_template,
        min(template_repository_id) as template_repository_id,
        bool_and(is_archived) as is_archived,
        case when bool_and(gone_state is not null) then min(gone_state) end as gone_state,
        case when bool_and(gone_state is not null) then max(gone_at) end as gone_at,
        min(created_at) as created_at,
        min(source_url) as source_url
    from members
    group by project_id
)

select
    projects.project_id,
    projects.name,
    coalesce(projects.declared_team, teams.team) as owner_team,
    case
        when projects.declared_team is not null then 'declared'
        when teams.team is not null then 'most_merged_changes'
    end as owner_team_how,
    projects.repository_id,
    projects.n_repositories,
    projects.is_fork,
    coalesce(fork_sources.project_id, projects.fork_source_id) as fork_source_project_id,
    projects.is_template,
    coalesce(templates.project_id, projects.template_repository_id) as template_project_id,
    projects.is_archived,
    projects.gone_state,
    projects.gone_at,
    coalesce(names.names, {{ list_of(['projects.name']) }}) as names,
    projects.created_at,
    projects.source_url
from projects
left join names on projects.project_id = names.project_id
left join {{ ref('int_project_owner_teams') }} as teams on projects.project_id = teams.project_id
left join {{ ref('int_repository_projects') }} as fork_sources on projects.fork_source_id = fork_sources.repository_id
left join {{ ref('int_repository_projects') }} as templates on projects.template_repository_id = templates.repository_id
