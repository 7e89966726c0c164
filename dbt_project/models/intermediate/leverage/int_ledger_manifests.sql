-- Channel dep_manifest: a manifest on the default branch declares one of the artifact's packages, or its repository by a name that
-- meant it then.
with declarations as (
    select * from {{ ref('stg_git__manifest_declarations') }}
),

-- A package is declared by its name; a submodule or a Go module by its repository.
keys as (
    select
        repository_id, path, ecosystem, package, from_sha, from_at, to_at, 'package' as identifier_kind, {{ package_name('package') }} as identifier
    from declarations
    union all
    select repository_id, path, ecosystem, package, from_sha, from_at, to_at, 'repository', {{ repository_slug(extract('package', "'([^/]+/[^/]+)$'")) }}
    from declarations
),

named as (
    select i.artifact_id, k.repository_id, k.path, k.ecosystem, k.package, k.from_sha, {{ validity_of('i') }}
    from keys as k
    inner join {{ ref('int_artifact_identifiers') }} as i
        on k.identifier_kind = i.identifier_kind and k.identifier = i.identifier and {{ is_valid_within('i', 'k.from_at', 'k.to_at') }}
    group by i.artifact_id, k.repository_id, k.path, k.ecosystem, k.package, k.from_sha
)

select
    n.artifact_id,
    n.repository_id,
    'dep_manifest' as channel,
    n.path || '|' || n.package as group_key,
    d.path,
    d.line,
    d.from_sha as introduced_sha,
    {{ later('d.from_at', 'n.valid_from') }} as introduced_at,
    {{ earlier('d.to_at', 'n.valid_to') }} as removed_at,
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
