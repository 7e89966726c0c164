with source as (
    select * from {{ source('raw_people', 'accounts') }}
    where _deleted_at is null
),

renamed as (
    select
        person_id,
        system,
        account,
        valid_from,
        valid_to,
        coalesce(stated_by, 'directory') as stated_by,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
