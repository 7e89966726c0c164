-- Records of one incident in two systems, by explicit reference only: a key of Jira, also a former one, or an address of a GitHub issue in the title or
-- links of a store's record, a key of Jira in the title of a GitHub issue, the address of a record in a ticket's text or remote links.
-- Of two, Jira's record counts before GitHub's, and GitHub's before a store's.
with records as (
    select
        *,
        case source when 'jira' then 1 when 'github' then 2 else 3 end as place,
        case when source not in ('jira', 'github') then texts else coalesce(texts, '') || chr(10) || coalesce(written, '') end as searched
    from {{ ref('int_incident_records') }}
),

keys as (
    select records.record_id, records.place, k.issue_key
    from records
    {{ each(extract_all("coalesce(records.texts, '')", "'\\b([A-Z][A-Z0-9_]+-[0-9]+)\\b'"), 'k', 'issue_key') }}
    where records.place > 1
),

addresses as (
    select distinct records.record_id, records.place, {{ replace_all('u.url', "'[.,;:]+$'", "''") }} as url
    from records
    {{ each(extract_all("coalesce(records.searched, '')", "'(https?://[^\\s<>()\"\\]|]+)'"), 'u', 'url') }}
    union
    select records.record_id, records.place, links.url
    from records
    inner join {{ ref('stg_jira__remote_links') }} as links on records.record_id = links.issue_id and records.source = 'jira'
),

linked as (
    select
        addresses.record_id,
        addresses.place,
        records.record_id as other_id,
        records.place as other_place,
        count(*) over (partition by addresses.record_id, records.place) as n_named
    from addresses
    inner join records on addresses.url = records.source_url and addresses.place <> records.place
),

pairs as (
    select keys.record_id, records.record_id as incident_id, records.place
    from keys
    inner join {{ ref('int_jira_issue_keys') }} as known on keys.issue_key = known.issue_key
    inner join records on known.issue_id = records.record_id and records.source = 'jira'
    union
    select record_id, other_id, other_place from linked where place > other_place
    union
    -- A ticket that names several records of a store tells of them; it is none of them.
    select other_id, record_id, place from linked where place < other_place and n_named = 1
),

ranked as (
    select *, min(place) over (partition by record_id) as first_place from pairs
),

-- One that names several is none of them.
nearest as (
    select record_id, min(incident_id) as incident_id
    from ranked
    where place = first_place
    group by record_id
    having count(distinct incident_id) = 1
)

select nearest.record_id, coalesce(further.incident_id, nearest.incident_id) as incident_id
from nearest
left join nearest as further on nearest.incident_id = further.record_id
