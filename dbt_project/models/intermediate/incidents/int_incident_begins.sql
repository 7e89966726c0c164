-- When each incident began, as far as it is told: the start of its impact, else its record.
select incident_id, coalesce(started_at, reported_at) as began_at
from {{ ref('int_incidents_united') }}
