-- Authors as the document names them, else everybody who committed to it at its path. A mere name leads to nobody.
with named as (
    select documents.document_id, lower(authors.author) as account
    from {{ ref('dim_documents') }} as documents
    inner join {{ ref('int_documents_told') }} as told
        on
            documents.repository_id = told.repository_id
            and documents.path = told.path
            and coalesce(documents.first_seen_at <= told.from_at, true)
    {{ each(json_list('told.authors'), 'authors', 'author') }}
    where told.is_current = documents.is_current and (told.is_current or told.to_at = documents.removed_at)
),

stated as (
    select
        named.document_id,
        named.account,
        coalesce(by_address.person_id, by_login.person_id) as person_id,
        'front_matter' as basis
    from named
    left join {{ ref('int_accounts_resolved') }} as by_address
        on by_address.system = 'git' and named.account = by_address.account and by_address.kind = 'human'
    left join {{ ref('int_accounts_resolved') }} as by_login
        on by_login.system = 'github' and named.account = '@' || lower(by_login.account_login) and by_login.kind = 'human'
),

committed as (
    select documents.document_id, authors.author_key as account, authors.person_id, 'git' as basis
    from {{ ref('dim_documents') }} as documents
    inner join {{ ref('stg_git__commit_files') }} as files
        on documents.repository_id = files.repository_id and documents.path = files.path and files.change_type != 'D'
    inner join {{ ref('int_commit_authors') }} as authors
        on files.repository_id = authors.repository_id and files.sha = authors.sha and authors.kind in ('human', 'unknown')
    where documents.document_id not in (select stated.document_id from stated)
),

everybody as (
    select * from stated
    union all
    select * from committed
)

select
    {{ stable_hash(['document_id', 'coalesce(person_id, account)']) }} as document_author_id,
    document_id,
    min(person_id) as person_id,
    case when min(person_id) is null then min(account) end as unresolved_account,
    min(basis) as basis
from everybody
group by document_id, coalesce(person_id, account)
