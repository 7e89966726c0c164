with source as (
    select * from {{ source('raw_experiments', 'flag_changes') }}
    where _deleted_at is null
),

renamed as (
    select
        flag_change_id,
        kind,
        native_id,
        flag_key,
        project_raw,
        repository_raw,
        environment,
        environment_type,
        changed_at,
        change,
        event_type,
        reach_before,
        reach_after,
        actor_raw,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
