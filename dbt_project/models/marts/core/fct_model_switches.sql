select
    switches.model_switch_id,
    switches.model_migration_id,
    switches.repository_id,
    switches.path,
    switches.key as setting,
    switches.from_model,
    switches.to_model,
    switches.switched_at,
    switches.pull_request_id,
    switches.sha,
    backs.model_switch_id is not null as is_taken_back,
    switches.source_url
from {{ ref('int_model_switches') }} as switches
left join {{ ref('int_model_switches_taken_back') }} as backs on switches.model_switch_id = backs.model_switch_id
