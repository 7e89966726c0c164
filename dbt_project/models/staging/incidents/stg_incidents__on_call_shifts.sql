with source as (
    select * from {{ source('raw_incidents', 'on_call_shifts') }}
    where _deleted_at is null
),

renamed as (
    select
        schedule_id,
        kind,
        schedule,
        account,
        started_at,
        ended_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
