-- Channel uses_decl: a file of continuous integration on the default branch uses the artifact's repository, or runs its package.
with declarations as (
    select * from {{ ref('stg_git__workflow_uses') }}
),

keys as (
    select repository_id, path, uses, from_sha, from_at, to_at, 'workflow' as identifier_kind, lower(uses) as identifier
    from declarations
    union all
    select repository_id, path, uses, from_sha, from_at, to_at, 'repository', lower({{ extract('uses', "'^([^/]+/[^/@]+)'") }})
    from declarations
    where kind is distinct from 'command'
    union all
    select repository_id, path, uses, from_sha, from_at, to_at, 'package', {{ package_name('uses') }}
    from declarations
    where kind = 'command'
),

matched as (
    select
        k.repository_id, k.path, k.uses, k.from_sha, i.artifact_id, {{ validity_of('i') }},
        max(case when i.identifier_kind = 'workflow' then 1 else 0 end) as is_listed
    from keys as k
    inner join {{ ref('int_artifact_identifiers') }} as i
        on k.identifier_kind = i.identifier_kind and k.identifier = i.identifier and {{ is_valid_within('i', 'k.from_at', 'k.to_at') }}
    group by k.repository_id, k.path, k.uses, k.from_sha, i.artifact_id
),

-- Where one artifact of a repository lists the workflow by name, its neighbours in that repository do not claim it.
claimed as (
    select *, max(is_listed) over (partition by repository_id, path, uses, from_sha) as is_listed_by_any
    from matched
)

select
    c.artifact_id,
    c.repository_id,
    'uses_decl' as channel,
    c.path || '|' || c.uses as group_key,
    d.path,
    d.line,
    d.from_sha as introduced_sha,
    {{ later('d.from_at', 'c.valid_from') }} as introduced_at,
    {{ earlier('d.to_at', 'c.valid_to') }} as removed_at,
    d.from_pull_request_number as pull_request_number,
    d.from_author_email as author_email,
    false as is_similar,
    1 as n_items,
    'workflow_uses' as source_kind,
    {{ record_id(['d.repository_id', 'd.path', 'd.uses', 'd.from_sha']) }} as source_record_id,
    d._source_url as url
from claimed as c
inner join declarations as d
    on c.repository_id = d.repository_id and c.path = d.path and c.uses = d.uses and c.from_sha = d.from_sha
where c.is_listed = c.is_listed_by_any
