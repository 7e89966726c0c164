with source as (
    select * from {{ source('raw_evals', 'model_versions') }}
    where _deleted_at is null
),

renamed as (
    select
        store,
        name,
        version,
        kind,
        registered_at,
        changed_at,
        created_by_raw,
        project_raw,
        run_id_raw,
        data_version,
        base_model,
        aliases,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
