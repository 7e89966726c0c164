with source as (
    select * from {{ source('raw_documents', 'documents') }}
    where _deleted_at is null
),

renamed as (
    select
        document_id,
        folder,
        path,
        kind,
        title,
        document_key,
        status,
        authors,
        dated_on,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
