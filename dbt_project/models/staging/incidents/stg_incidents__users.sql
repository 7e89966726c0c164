with source as (
    select * from {{ source('raw_incidents', 'users') }}
    where _deleted_at is null
),

renamed as (
    select
        kind,
        account,
        name,
        lower(email) as email,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
