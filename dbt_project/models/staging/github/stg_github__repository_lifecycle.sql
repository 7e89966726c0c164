with source as (
    select * from {{ source('raw_github', 'repository_lifecycle') }}
    where _deleted_at is null
),

renamed as (
    select
        'github:' || repository_id as repository_id,
        state,
        observed_at,
        full_name,
        detail,
        source_url,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
