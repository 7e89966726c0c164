-- Documents and incidents of which one names the other by key or address; nothing is inferred from dates or words.
with records as (
    -- Another record of the same incident has an address of its own.
    select record_id, incident_id, source, source_url from {{ ref('bridge_incident_records') }}
),

links as (
    select
        {{ stable_hash(['repository_id', 'path']) }} as document_id,
        case when target_kind = 'key' then target else {{ extract('target', "'/browse/([A-Z][A-Z0-9_]+-[0-9]+)'") }} end as issue_key,
        case when target_kind = 'url' then {{ extract('target', "'^([^?#]+)'") }} end as url
    from {{ ref('int_document_links') }}
    where is_current and target_kind in ('key', 'url')
),

named as (
    -- Also by a key that the incident had before it was moved: documents go on naming it.
    select links.document_id, records.incident_id, 'document_names_incident' as how
    from links
    inner join {{ ref('int_jira_issue_keys') }} as keys on links.issue_key = keys.issue_key
    inner join records on keys.issue_id = records.record_id and records.source = 'jira'
    union
    select links.document_id, records.incident_id, 'document_names_incident'
    from links
    inner join records on links.url = records.source_url
    union
    select citations.document_id, coalesce(records.incident_id, citations.citing_id), 'incident_names_document'
    from {{ ref('int_document_citations') }} as citations
    left join records on citations.citing_id = records.record_id
    where citations.citing_kind = 'incident'
)

select
    {{ stable_hash(['document_id', 'incident_id']) }} as document_incident_id,
    document_id,
    incident_id,
    {{ joined_text('how', ', ', 'how') }} as how
from named
group by document_id, incident_id
