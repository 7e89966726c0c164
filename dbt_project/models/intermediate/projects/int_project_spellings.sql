-- What people call a project: its id, its name, or a repository of it without the owner. What could mean several names none.
select spelling, min(project_id) as project_id
from (
    select lower(project_id) as spelling, project_id from {{ ref('int_repository_projects') }}
    union
    select lower(name), project_id from {{ ref('int_repository_projects') }}
    union
    select split_part(names.slug, '/', 2), projects.project_id
    from {{ ref('int_repository_names') }} as names
    inner join {{ ref('int_repository_projects') }} as projects on names.repository_id = projects.repository_id
) as spellings
group by spelling
having count(distinct project_id) = 1
