-- Every string by which an artifact can be recognised: repository names (past ones too), packages, workflows, names.
with artifacts as (
    select * from {{ ref('dim_artifacts') }}
),

found as (
    select artifact_id, 'repository' as identifier_kind, {{ repository_slug('repository') }} as identifier from artifacts
    union all
    select a.artifact_id, 'repository', r.slug
    from artifacts as a
    inner join {{ ref('int_repository_names') }} as r on a.repository_id = r.repository_id
    union all
    select a.artifact_id, 'package', {{ package_name('p.package') }}
    from artifacts as a
    {{ each('a.packages', 'p', 'package') }}
    union all
    select a.artifact_id, 'workflow', lower(w.workflow)
    from artifacts as a
    {{ each('a.workflows', 'w', 'workflow') }}
    union all
    select a.artifact_id, 'name', lower(n.spelling)
    from artifacts as a
    {{ each('a.names', 'n', 'spelling') }}
    union all
    select artifact_id, 'name', lower(name) from artifacts
)

select distinct artifact_id, identifier_kind, identifier
from found
where identifier is not null and identifier <> ''
