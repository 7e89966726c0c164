with source as (
    select * from {{ source('raw_evals', 'files') }}
    where _deleted_at is null
),

renamed as (
    select
        path,
        store,
        kind,
        content_sha,
        size,
        modified_at,
        etag,
        run_id,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
