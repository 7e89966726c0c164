-- The records that a launch itself is read from.
select launch_id, 'experiments' as source_system, 'experiments' as source_kind, subject_id as source_record_id
from {{ ref('fct_launches') }}
where subject_kind = 'experiment'
union all
select launches.launch_id, 'github', 'deployments', cast(shipments.deployment_id as varchar)
from {{ ref('fct_launches') }} as launches
inner join {{ ref('int_shipments') }} as shipments
    on launches.subject_kind = 'deployment' and launches.subject_id = shipments.repository_id || '@' || shipments.sha
where shipments.kind = 'deployment' and shipments.shipped_at between launches.started_at and launches.full_at
union all
select launches.launch_id, 'experiments', 'flag_changes', changes.flag_change_id
from {{ ref('fct_launches') }} as launches
inner join {{ ref('fct_flag_changes') }} as changes
    on launches.subject_kind = 'flag' and launches.subject_id = coalesce(changes.project_id, 'unknown') || '@' || changes.flag_key
where changes.changed_at between launches.started_at and coalesce(launches.full_at, launches.started_at)
union all
select {{ launch_id("'checkpoint'", 'subject_id') }}, source_system, source_kind, source_record_id
from {{ ref('int_checkpoint_entries') }}
