with source as (
    select * from {{ source('raw_people', 'people') }}
    where _deleted_at is null
),

renamed as (
    select
        person_id,
        name,
        kind,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
