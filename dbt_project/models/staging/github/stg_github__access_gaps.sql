with source as (
    select * from {{ source('raw_github', 'access_gaps') }}
    where _deleted_at is null
),

renamed as (
    select
        'github:' || nullif(repository_id, 0) as repository_id,
        subject,
        endpoint,
        status,
        missing_permission,
        hint,
        observed_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
