-- Names that lead to exactly one document. A key that several documents have means the one of the citing repository, or none.
with by_path as (
    select documents.document_id, names.*
    from {{ ref('int_document_names') }} as names
    inner join {{ ref('dim_documents') }} as documents on names.repository_id = documents.repository_id and names.path = documents.path
    where names.how = 'path'
),

by_url as (
    select documents.document_id, names.*
    from {{ ref('int_document_names') }} as names
    inner join {{ ref('int_repository_names') }} as repositories
        on names.slug = repositories.slug and {{ is_valid_at('repositories', 'names.cited_at') }}
    inner join {{ ref('dim_documents') }} as documents
        on repositories.repository_id = documents.repository_id and names.path = documents.path
    where names.how = 'url'
),

-- A document outside of repositories has one address, and every link to it is that.
by_address as (
    select documents.document_id, names.*
    from {{ ref('int_document_names') }} as names
    inner join {{ ref('dim_documents') }} as documents
        on {{ extract('names.name', "'^([^?#]+)'") }} = documents.source_url and {{ has_prefix('documents.repository_id', "'documents:'") }}
    where names.how = 'url'
),

keyed as (
    select
        documents.document_id,
        names.*,
        coalesce(documents.repository_id = names.repository_id, false) as is_own,
        count(*) over (partition by names.citing_kind, names.citing_id, names.number, names.name) as n_all,
        sum(case when documents.repository_id = names.repository_id then 1 else 0 end)
            over (partition by names.citing_kind, names.citing_id, names.number, names.name) as n_own
    from {{ ref('int_document_names') }} as names
    inner join {{ ref('dim_documents') }} as documents on names.document_key = documents.document_key
    where names.how = 'key'
),

everything as (
    select document_id, citing_kind, citing_id, how, account_system, account, cited_at, url, number, line_sha, is_current from by_path
    union all
    select document_id, citing_kind, citing_id, how, account_system, account, cited_at, url, number, line_sha, is_current from by_url
    union all
    select document_id, citing_kind, citing_id, how, account_system, account, cited_at, url, number, line_sha, is_current from by_address
    union all
    select document_id, citing_kind, citing_id, how, account_system, account, cited_at, url, number, line_sha, is_current from keyed
    where n_all = 1 or (n_own = 1 and is_own)
),

placed as (
    select
        *,
        row_number() over (
            partition by document_id, citing_kind, citing_id, how order by coalesce(is_current, true) desc, cited_at, number, line_sha
        ) as place
    from everything
    where document_id != citing_id
)

select document_id, citing_kind, citing_id, how, account_system, account, cited_at, url, number, line_sha, is_current
from placed
where place = 1
