-- What the records of incidents themselves name as the cause, as it is written there: a ticket linked as the cause, the configured field of
-- a ticket, the `causes` of a file, `Caused by ...` in the text of a GitHub issue.
with records as (
    select records.*, coalesce(twins.incident_id, records.record_id) as incident_id
    from {{ ref('int_incident_records') }} as records
    left join {{ ref('int_incident_twins') }} as twins on records.record_id = twins.record_id
),

written as (
    select records.record_id, 'issue_link' as method, links.other_issue_key as target, links.other_issue_id as issue_id, links._source_url as url
    from records
    inner join {{ ref('stg_jira__issue_links') }} as links on records.record_id = links.issue_id and records.source = 'jira'
    where lower(links.description) like '%caused by%'
    union
    select stores.incident_id, 'record', trim(c.cause), null, stores._source_url
    from {{ ref('stg_incidents__incidents') }} as stores
    {{ each(json_list('stores.causes'), 'c', 'cause') }}
    union
    select records.record_id, 'text', {{ replace_all('c.cause', "'[.,;:)]+$'", "''") }}, null, records.source_url
    from records
    {{ each(extract_all("coalesce(records.written, '')", "'(?i)\\bcaused by:? +(\\S+)'"), 'c', 'cause') }}
    where records.source = 'github'
    union
    select issues.issue_id, 'field', {{ replace_all('c.cause', "'^[<\"]+|[.:)>\"]+$'", "''") }}, null, issues._source_url
    from {{ ref('int_incident_issues') }} as issues
    {{ each(extract_all("coalesce(issues.cause, '')", "'([^\\s,;|(\\[\\]]+)'"), 'c', 'cause') }}
),

projects as (
    select {{ extract('issue_key', "'^(.+)-[0-9]+$'") }} as project_key from {{ ref('int_jira_issue_keys') }}
)

select
    records.incident_id,
    records.repository_id,
    written.method,
    written.target,
    written.issue_id,
    written.url,
    lower({{ extract('written.target', "'([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)(?:#|/pull/|@|/commit/)[0-9a-fA-F]+'") }}) as slug,
    try_cast({{ extract('written.target', "'(?:#|/pull/)([0-9]+)(?:[/?#].*)?$'") }} as bigint) as number,
    lower({{ extract('written.target', "'(?:^|@|/commit/)([0-9a-fA-F]{7,40})$'") }}) as sha_start,
    {{ extract('written.target', "'(?:^|/browse/)([A-Z][A-Z0-9_]+-[0-9]+)$'") }} as issue_key
from written
inner join records on written.record_id = records.record_id
-- Text goes on after the words, and a field may hold a whole story; what names neither a change nor a ticket is prose.
where
    written.method not in ('text', 'field')
    or {{ matches('written.target', "'#[0-9]+$|/pull/[0-9]+|[@/][0-9a-fA-F]{7,40}$|^[0-9a-fA-F]{7,40}$|/browse/'") }}
    -- Models, standards and licences are written like keys.
    or {{ extract('written.target', "'^([A-Z][A-Z0-9_]+)-[0-9]+$'") }} in (select projects.project_key from projects)
