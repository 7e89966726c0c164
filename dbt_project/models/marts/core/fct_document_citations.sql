-- Where documents are named by address, path or key. Of the naming line a hash and its place are kept, its text is not.
with authors as (
    select distinct document_id, person_id
    from {{ ref('bridge_document_authors') }}
    where person_id is not null
)

select
    {{ stable_hash(['citations.document_id', 'citations.citing_kind', 'citations.citing_id', 'citations.how']) }} as document_citation_id,
    citations.document_id,
    citations.citing_kind,
    citations.citing_id,
    citations.how,
    citations.cited_at,
    citations.is_current,
    accounts.person_id as citing_person_id,
    case when accounts.person_id is not null then authors.person_id is not null end as is_by_author,
    citations.number as line,
    citations.line_sha,
    citations.url as source_url
from {{ ref('int_document_citations') }} as citations
left join {{ ref('int_accounts_resolved') }} as accounts
    on citations.account_system = accounts.system and citations.account = accounts.account and accounts.kind = 'human'
left join authors on citations.document_id = authors.document_id and accounts.person_id = authors.person_id
