{#-
    Which manifest declarations name something by one of its identifiers: columns of a path channel, `id` first. A package is declared
    by its name, a submodule or a Go module by its repository. `package_kind` is the kind that the identifiers give to a package.
-#}
{% macro manifest_uses(identifiers, id, package_kind="'package'") -%}
with declarations as (
    select * from {{ ref('stg_git__manifest_declarations') }}
),

keys as (
    select
        repository_id, path, ecosystem, package, from_sha, from_at, to_at, {{ package_kind }} as identifier_kind,
        {{ package_name('package') }} as identifier
    from declarations
    union all
    select repository_id, path, ecosystem, package, from_sha, from_at, to_at, 'repository', {{ repository_slug(extract('package', "'([^/]+/[^/]+)$'")) }}
    from declarations
),

named as (
    select i.{{ id }}, k.repository_id, k.path, k.ecosystem, k.package, k.from_sha, {{ validity_of('i') }}
    from keys as k
    inner join {{ identifiers }} as i
        on k.identifier_kind = i.identifier_kind and k.identifier = i.identifier and {{ is_valid_within('i', 'k.from_at', 'k.to_at') }}
    group by i.{{ id }}, k.repository_id, k.path, k.ecosystem, k.package, k.from_sha
)

select
    n.{{ id }},
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
{%- endmacro %}

{#-
    CTEs after one named `declarations` (columns of a path channel): `accepted` has who accepted each onto the default branch, and when
    it ended. What stood in a repository when it was deleted ended with it; what stood in one that went out of sight is not observed since.
-#}
{% macro accepted_declarations() -%}
-- A direct push is accepted by whoever wrote the commit that put it on the default branch.
pushes as (
    select
        introduced.repository_id,
        introduced.sha,
        coalesce(landing.author_person_id, introduced.author_person_id) as person_id,
        coalesce(landing.author_kind, introduced.author_kind) as kind
    from {{ ref('fct_commits') }} as introduced
    left join {{ ref('fct_commits') }} as landing
        on introduced.repository_id = landing.repository_id and introduced.landed_sha = landing.sha
),

writers as (
    select account as email, person_id, kind
    from {{ ref('int_accounts_resolved') }}
    where system = 'git'
),

accepted as (
    select
        d.*,
        p.pull_request_id,
        case when p.pull_request_id is not null then p.accepted_by_kind else coalesce(c.kind, w.kind, 'unknown') end as acceptor_kind,
        case when p.pull_request_id is not null then p.accepted_by_person_id else coalesce(c.person_id, w.person_id) end as acceptor_id,
        case when p.pull_request_id is not null then p.accepted_how else 'pushed it' end as accepted_how,
        coalesce(d.removed_at, r.gone_at) as ended_at,
        d.removed_at is null and coalesce(r.gone_state = 'access_lost', false) as is_lost
    from declarations as d
    left join {{ ref('int_pull_request_acceptors') }} as p
        on d.repository_id = p.repository_id and d.pull_request_number = p.number
    left join pushes as c on d.repository_id = c.repository_id and d.introduced_sha = c.sha
    left join writers as w on lower(d.author_email) = w.email
    left join {{ ref('int_repositories') }} as r on d.repository_id = r.repository_id
)
{%- endmacro %}
