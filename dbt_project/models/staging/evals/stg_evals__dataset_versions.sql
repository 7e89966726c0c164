with source as (
    select * from {{ source('raw_evals', 'dataset_versions') }}
    where _deleted_at is null
),

renamed as (
    select
        dataset_version_id,
        dataset_name,
        kind,
        version_label,
        version_at,
        first_run_id,
        native_id,
        created_by_raw,
        content_sha,
        n_items,
        n_slices,
        slices,
        failure_modes,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
