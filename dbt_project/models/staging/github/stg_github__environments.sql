with source as (
    select * from {{ source('raw_github', 'environments') }}
    where _deleted_at is null
),

renamed as (
    select
        environment_id,
        'github:' || repository_id as repository_id,
        name,
        protection_rules,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
