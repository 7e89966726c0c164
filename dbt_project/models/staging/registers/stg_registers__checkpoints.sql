with source as (
    select * from {{ source('raw_registers', 'checkpoints') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        model,
        checkpoint,
        data_version,
        base_model,
        project,
        makers,
        url,
        valid_from,
        valid_to,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
