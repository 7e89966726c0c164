with source as (
    select * from {{ source('raw_people', 'spells') }}
    where _deleted_at is null
),

renamed as (
    select
        person_id,
        valid_from,
        valid_to,
        team,
        manager_id,
        level,
        stated_by,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
