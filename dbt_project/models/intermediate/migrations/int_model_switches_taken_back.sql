-- Switches whose setting went back to the former model within 42 days, each with the record of the first going back.
select
    switches.model_switch_id,
    switches.model_migration_id,
    {{ earliest('backs.record_id', 'backs.switched_at') }} as record_id
from {{ ref('int_model_switches') }} as switches
inner join {{ ref('int_model_switches') }} as backs
    on
        switches.repository_id = backs.repository_id
        and switches.path = backs.path
        and switches.key = backs.key
        and switches.to_key = backs.from_key
        and switches.from_key = backs.to_key
        and backs.switched_at > switches.switched_at
        and backs.switched_at < {{ instant_plus_days('switches.switched_at', 42) }}
group by switches.model_switch_id, switches.model_migration_id
