with source as (
    select * from {{ source('raw_registers', 'model_spend') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        day,
        provider,
        project,
        model,
        line,
        tokens_in,
        tokens_cached,
        tokens_out,
        amount,
        currency,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
