with source as (
    select * from {{ source('raw_evals', 'prompt_versions') }}
    where _deleted_at is null
),

renamed as (
    select
        store,
        name,
        version,
        kind,
        prompt_type,
        text_sha,
        registered_at,
        created_by_raw,
        project_raw,
        message_length,
        aliases,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
