with source as (
    select * from {{ source('raw_registers', 'slice_traffic') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        product,
        slice,
        share,
        basis,
        valid_from,
        valid_to,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
