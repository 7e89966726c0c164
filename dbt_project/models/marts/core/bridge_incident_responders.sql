select
    {{ stable_hash(['issue_id', 'person_id']) }} as incident_responder_id,
    issue_id as incident_id,
    person_id,
    role,
    n_touches,
    first_at,
    last_at
from {{ ref('int_incident_responders') }}
