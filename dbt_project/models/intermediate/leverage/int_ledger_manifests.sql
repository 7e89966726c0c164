-- Channel dep_manifest: a manifest on the default branch declares one of the artifact's packages, or its repository.
with declarations as (
    select
        *,
        {{ package_name('package') }} as package_name,
        {{ repository_slug('package') }} as package_slug
    from {{ ref('stg_git__manifest_declarations') }}
),

named as (
    select distinct i.artifact_id, d.repository_id, d.path, d.ecosystem, d.package, d.from_sha
    from declarations as d
    inner join {{ ref('int_artifact_identifiers') }} as i
        on
            (i.identifier_kind = 'package' and i.identifier = d.package_name)
            or (i.identifier_kind = 'repository' and i.identifier = d.package_slug)
)

select
    n.artifact_id,
    n.repository_id,
    'dep_manifest' as channel,
    n.path || '|' || n.package as group_key,
    d.path,
    d.line,
    d.from_sha as introduced_sha,
    d.from_at as introduced_at,
    d.to_at as removed_at,
    d.from_pull_request_number as pull_request_number,
    d.from_author_email as author_email,
    false as is_similar,
    1 as n_items,
    'manifest_declarations' as source_kind,
    {{ record_id(['d.repository_id', 'd.path', 'd.ecosystem', 'd.package', 'd.from_sha']) }} as source_record_id,
    d._source_url as url
from named as n
inner join declarations as d
    on
        n.repository_id = d.repository_id and n.path = d.path and n.ecosystem = d.ecosystem
        and n.package = d.package and n.from_sha = d.from_sha
