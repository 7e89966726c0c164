with source as (
    select * from {{ source('raw_github', 'labels') }}
    where _deleted_at is null
),

renamed as (
    select
        label_id,
        'github:' || repository_id as repository_id,
        name,
        description,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
