-- The configured AI platform artifacts, each with the repository and project that it lives in.
with artifacts as (
    select
        *,
        {{ repository_slug('repository') }} as slug
    from {{ ref('stg_config__artifacts') }}
),

-- What is configured is meant as names stand now: a renamed repository is found under each name that still leads to it.
homes as (
    select
        a.artifact_id,
        n.repository_id,
        row_number() over (partition by a.artifact_id order by case when n.is_current then 0 else 1 end, n.repository_id) as position
    from artifacts as a
    inner join {{ ref('int_repository_names') }} as n on a.slug = n.slug and n.valid_to is null
)

select
    a.artifact_id,
    h.repository_id,
    p.project_id,
    coalesce(a.name, a.artifact_id) as name,
    a.kind,
    a.repository,
    {{ json_list('a.path_globs') }} as path_globs,
    {{ json_list('a.packages') }} as packages,
    {{ json_list('a.workflows') }} as workflows,
    {{ json_list('a.names') }} as names,
    r.source_url
from artifacts as a
left join homes as h on a.artifact_id = h.artifact_id and h.position = 1
left join {{ ref('int_repository_projects') }} as p on h.repository_id = p.repository_id
left join {{ ref('dim_projects') }} as r on p.project_id = r.project_id
