select
    model_switch_id,
    model_migration_id,
    repository_id,
    path,
    key as setting,
    from_model,
    to_model,
    switched_at,
    pull_request_id,
    sha,
    exists(
        select 1 from {{ ref('int_model_switches') }} as back
        where
            back.repository_id = s.repository_id and back.path = s.path and back.key = s.key
            and back.from_key = s.to_key and back.to_key = s.from_key
            and back.switched_at > s.switched_at and back.switched_at < {{ instant_plus_days('s.switched_at', 42) }}
    ) as is_taken_back,
    source_url
from {{ ref('int_model_switches') }} as s
