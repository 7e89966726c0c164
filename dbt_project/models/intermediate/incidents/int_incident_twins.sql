-- Records of incident stores that name a Jira incident by its key, in their title or links: the same incident, by explicit reference only.
with named as (
    select incidents.incident_id, k.issue_key
    from {{ ref('stg_incidents__incidents') }} as incidents
    {{ each(extract_all(
        "coalesce(incidents.title, '') || chr(10) || coalesce(incidents.links, '')", "'\\b([A-Z][A-Z0-9_]+-[0-9]+)\\b'"
    ), 'k', 'issue_key') }}
)

select named.incident_id as store_incident_id, min(issues.issue_id) as issue_id
from named
inner join {{ ref('int_incident_issues') }} as issues on named.issue_key = issues.issue_key
group by named.incident_id
-- One that names several Jira incidents is none of them.
having count(distinct issues.issue_id) = 1
