with source as (
    select * from {{ source('raw_registers', 'model_prices') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        provider,
        model,
        token_kind,
        per_million,
        currency,
        basis,
        url,
        valid_from,
        valid_to,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
