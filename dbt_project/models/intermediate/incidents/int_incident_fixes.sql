-- Pull requests that name an incident: by the key of its ticket, by a GitHub issue that they close, by the address of a record of it, or
-- by its number (`incident 4711`), where only one incident has that number.
with records as (
    select records.*, coalesce(twins.incident_id, records.record_id) as incident_id
    from {{ ref('int_incident_records') }} as records
    left join {{ ref('int_incident_twins') }} as twins on records.record_id = twins.record_id
),

texts as (
    select pull_request_id, coalesce(title, '') || chr(10) || coalesce(body, '') as text
    from {{ ref('stg_github__pull_requests') }}
),

addressed as (
    select texts.pull_request_id, {{ replace_all('u.url', "'[.,;:]+$'", "''") }} as url
    from texts
    {{ each(extract_all('texts.text', "'(https?://[^\\s<>()\"\\]|]+)'"), 'u', 'url') }}
),

numbered as (
    select texts.pull_request_id, n.number
    from texts
    {{ each(extract_all('texts.text', "'(?i)\\bincident #?([0-9]+)\\b'"), 'n', 'number') }}
),

numbers as (
    select number, min(incident_id) as record_id
    from {{ ref('stg_incidents__incidents') }}
    where number is not null
    group by number
    having count(*) = 1
)

select records.incident_id, named.pull_request_id
from {{ ref('int_pull_request_issue_links') }} as named
inner join records
    on
        (named.system = 'jira' and records.source = 'jira' and named.issue_id = records.record_id)
        or (named.system = 'github' and records.source = 'github' and 'github:' || named.issue_id = records.record_id)
union
select records.incident_id, addressed.pull_request_id
from addressed
inner join records on addressed.url = records.source_url
union
select records.incident_id, numbered.pull_request_id
from numbered
inner join numbers on numbered.number = numbers.number
inner join records on numbers.record_id = records.record_id
