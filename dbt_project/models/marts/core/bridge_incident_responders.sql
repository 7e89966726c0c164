select
    {{ stable_hash(['incident_id', 'person_id']) }} as incident_responder_id,
    incident_id,
    person_id,
    role,
    n_touches,
    first_at,
    last_at
from {{ ref('int_incident_responders') }}
