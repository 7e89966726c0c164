-- Every string by which an artifact can be recognised: repository names (past ones too), packages, workflows, names; a repository's
-- name, and a workflow under it, only while that name meant the artifact's repository.
with artifacts as (
    select * from {{ ref('dim_artifacts') }}
),

repository_names as (
    select * from {{ ref('int_repository_names') }}
),

workflows as (
    select a.artifact_id, a.repository_id, lower(w.workflow) as workflow, {{ extract('lower(w.workflow)', "'^[^/]+/[^/]+(/.*)$'") }} as below
    from artifacts as a
    {{ each('a.workflows', 'w', 'workflow') }}
),

found as (
    select
        artifact_id, 'repository' as identifier_kind, {{ repository_slug('repository') }} as identifier,
        cast(null as timestamp with time zone) as valid_from, cast(null as timestamp with time zone) as valid_to
    from artifacts
    where repository_id is null
    union all
    select a.artifact_id, 'repository', r.slug, r.valid_from, r.valid_to
    from artifacts as a
    inner join repository_names as r on a.repository_id = r.repository_id
    union all
    select a.artifact_id, 'package', {{ package_name('p.package') }}, null, null
    from artifacts as a
    {{ each('a.packages', 'p', 'package') }}
    union all
    -- A workflow of the artifact's own repository moves with it.
    select w.artifact_id, 'workflow', r.slug || w.below, r.valid_from, r.valid_to
    from workflows as w
    inner join repository_names as listed on w.repository_id = listed.repository_id and {{ has_prefix('w.workflow', "listed.slug || '/'") }}
    inner join repository_names as r on listed.repository_id = r.repository_id
    union all
    select w.artifact_id, 'workflow', w.workflow, null, null
    from workflows as w
    left join repository_names as listed on w.repository_id = listed.repository_id and {{ has_prefix('w.workflow', "listed.slug || '/'") }}
    where listed.slug is null
    union all
    select a.artifact_id, 'name', lower(n.spelling), null, null
    from artifacts as a
    {{ each('a.names', 'n', 'spelling') }}
    union all
    select artifact_id, 'name', lower(name), null, null from artifacts
)

select distinct artifact_id, identifier_kind, identifier, valid_from, valid_to
from found
where identifier is not null and identifier <> ''
