-- Which repository and project an experiment belongs to: its repository, else the project it names.
with experiments as (
    select *, {{ repository_slug('repository_raw') }} as slug, lower(trim(project_raw)) as spelling
    from {{ ref('stg_experiments__experiments') }}
)

select
    experiments.experiment_id,
    names.repository_id,
    coalesce(projects.project_id, project_names.project_id) as project_id,
    case
        when projects.project_id is not null then 'repository'
        when project_names.project_id is not null then 'project_name'
        else 'unresolved'
    end as project_how
from experiments
-- A name means the repository that had it when the experiment started; an undated one is meant as names stand now.
left join {{ ref('int_repository_names') }} as names
    on experiments.slug = names.slug and {{ is_valid_at('names', 'coalesce(experiments.started_at, ' ~ built_at() ~ ')') }}
left join {{ ref('int_repository_projects') }} as projects on names.repository_id = projects.repository_id
left join {{ ref('int_project_spellings') }} as project_names on experiments.spelling = project_names.spelling
