select
    {{ stable_hash(['incident_id', 'strength', 'method', 'target']) }} as incident_cause_id,
    incident_id,
    strength,
    method,
    target,
    is_strongest,
    missing as missing_reason,
    pull_request_id,
    repository_id,
    sha,
    deployment_id,
    environment,
    landed_at,
    url as source_url
from {{ ref('int_incident_causes') }}
