-- Which repositories an incident is about, by what is written down: the repository of its issue, the configured repositories of its
-- service, one that a record of it names by address, and the one of a pull request that names the incident. Never by names that look alike.
with records as (
    select records.*, coalesce(twins.incident_id, records.record_id) as incident_id
    from {{ ref('int_incident_records') }} as records
    left join {{ ref('int_incident_twins') }} as twins on records.record_id = twins.record_id
),

named as (
    select records.incident_id, records.reported_at, lower(u.slug) as slug
    from records
    {{ each(extract_all("coalesce(records.texts, '')", "'https?://[^/\\s\"]+/([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)/(?:pull|issues|commit|tree|blob|actions|deployments|releases)/'"), 'u', 'slug') }}
),

found as (
    select incident_id, repository_id, 1 as place, 'issue' as how from records where repository_id is not null
    union
    select records.incident_id, names.repository_id, 2, 'service'
    from records
    inner join {{ ref('stg_config__services') }} as services
        on lower(services.service) in (lower(records.service), lower(records.service_id))
    inner join {{ ref('int_repository_names') }} as names
        on {{ repository_slug('services.repository') }} = names.slug and names.valid_to is null
    union
    select named.incident_id, names.repository_id, 3, 'address'
    from named
    inner join {{ ref('int_repository_names') }} as names
        on named.slug = names.slug and {{ is_valid_at('names', 'named.reported_at') }}
    union
    select fixes.incident_id, pulls.repository_id, 4, 'fix'
    from {{ ref('int_incident_fixes') }} as fixes
    inner join {{ ref('stg_github__pull_requests') }} as pulls on fixes.pull_request_id = pulls.pull_request_id
)

select incident_id, repository_id, {{ earliest('how', 'place') }} as how
from found
group by incident_id, repository_id
