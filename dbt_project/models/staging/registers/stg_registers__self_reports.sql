with source as (
    select * from {{ source('raw_registers', 'self_reports') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        report,
        person,
        told_by,
        day,
        hours,
        about,
        url,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
