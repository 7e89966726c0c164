-- What those lines, and the documents themselves, name: an address within a repository, a path of their own repository, or a key.
with lines as (
    select * from {{ ref('int_document_texts') }}
),

found as (
    select lines.*, 'url' as how, names.name
    from lines
    {{ each(extract_all('lines.line', "'(https?://[^\\s<>()\\[\\]\"`|]+)'"), 'names', 'name') }}
    union all
    select lines.*, 'path', names.name
    from lines
    {{ each(extract_all('lines.line', "'(?:^|[\\s`\"(\\[])(\\w[\\w.-]*(?:/[\\w.-]+)+[.](?:md|markdown))\\b'"), 'names', 'name') }}
    union all
    select lines.*, 'key', names.name
    from lines
    {{ each(extract_all('lines.line', "'\\b((?:[A-Z][A-Z0-9_]+-|(?:RFC|ADR) ?)[0-9]{1,7})\\b'"), 'names', 'name') }}
),

linked as (
    select
        'document' as citing_kind, {{ stable_hash(['repository_id', 'path']) }} as citing_id, repository_id, 'git' as account_system,
        from_author_email as account, from_at as cited_at, _source_url as url, line as number, line_sha, target_kind as how, target as name,
        is_current
    from {{ ref('int_document_links') }}
),

everything as (
    select
        citing_kind, citing_id, repository_id, account_system, account, cited_at, url, number, sha256(trim(line)) as line_sha, how, name,
        cast(null as boolean) as is_current
    from found
    union all
    select * from linked
)

select
    *,
    case when how = 'url' then lower({{ extract('name', "'^https?://[^/]+/([^/]+/[^/]+)/(?:-/)?(?:blob|blame|raw|tree)/[^/]+/[^?#]+'") }}) end
        as slug,
    case
        when how = 'url' then {{ extract('name', "'^https?://[^/]+/[^/]+/[^/]+/(?:-/)?(?:blob|blame|raw|tree)/[^/]+/([^?#]+)'") }}
        when how = 'path' then name
    end as path,
    case
        when how = 'key'
            then {{ extract('name', "'^([A-Z][A-Z0-9_]*?)[- ]?0*[0-9]+$'") }} || '-' || {{ extract('name', "'0*([0-9]+)$'") }}
    end as document_key
from everything
