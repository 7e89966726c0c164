-- Documents and incidents of which one names the other by key or address; nothing is inferred from dates or words.
with incidents as (
    select incident_id, issue_key, source_url from {{ ref('int_incidents_united') }}
),

records as (
    select incident_id, issue_key, source_url from incidents
    union
    -- A store's record of a Jira incident has an address of its own.
    select twins.issue_id, null, stores._source_url
    from {{ ref('int_incident_twins') }} as twins
    inner join {{ ref('stg_incidents__incidents') }} as stores on twins.store_incident_id = stores.incident_id
),

links as (
    select
        {{ stable_hash(['repository_id', 'path']) }} as document_id,
        case when target_kind = 'key' then target else {{ extract('target', "'/browse/([A-Z][A-Z0-9_]+-[0-9]+)'") }} end as issue_key,
        case when target_kind = 'url' then {{ extract('target', "'^([^?#]+)'") }} end as url
    from {{ ref('stg_git__document_links') }}
    where is_current and target_kind in ('key', 'url')
),

named as (
    select links.document_id, records.incident_id, 'document_names_incident' as how
    from links
    inner join records on links.issue_key = records.issue_key
    union
    select links.document_id, records.incident_id, 'document_names_incident'
    from links
    inner join records on links.url = records.source_url
    union
    select citations.document_id, coalesce(twins.issue_id, citations.citing_id), 'incident_names_document'
    from {{ ref('int_document_citations') }} as citations
    left join {{ ref('int_incident_twins') }} as twins on citations.citing_id = twins.store_incident_id
    where citations.citing_kind = 'incident'
)

select
    {{ stable_hash(['document_id', 'incident_id']) }} as document_incident_id,
    document_id,
    incident_id,
    {{ joined_text('how', ', ', 'how') }} as how
from named
group by document_id, incident_id
