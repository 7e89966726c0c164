with source as (
    select * from {{ source('raw_incidents', 'incident_responders') }}
    where _deleted_at is null
),

renamed as (
    select
        incident_id,
        entry_id,
        kind,
        account,
        action,
        responded_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
