with source as (
    select * from {{ source('raw_registers', 'slices') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        product,
        slice,
        tasks,
        owner,
        importance,
        valid_from,
        valid_to,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
