with source as (
    select * from {{ source('raw_registers', 'files') }}
    where _deleted_at is null
),

renamed as (
    select
        register,
        path,
        kind,
        state,
        reason,
        n_rows,
        n_set_aside,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
