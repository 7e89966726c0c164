select
    records.record_id,
    coalesce(twins.incident_id, records.record_id) as incident_id,
    records.source,
    records.record_key,
    twins.record_id is null as is_counted_record,
    records.severity,
    records.reported_at,
    records.resolved_at,
    records.source_url,
    records.extracted_at
from {{ ref('int_incident_records') }} as records
left join {{ ref('int_incident_twins') }} as twins on records.record_id = twins.record_id
