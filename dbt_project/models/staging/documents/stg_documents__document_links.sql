with source as (
    select * from {{ source('raw_documents', 'document_links') }}
    where _deleted_at is null
),

renamed as (
    select
        document_id,
        folder,
        path,
        target_kind,
        target,
        line,
        line_sha,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
