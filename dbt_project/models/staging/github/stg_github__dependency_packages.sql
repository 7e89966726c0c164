with source as (
    select * from {{ source('raw_github', 'dependency_packages') }}
    where _deleted_at is null
),

renamed as (
    select
        'github:' || repository_id as repository_id,
        package_url,
        ecosystem,
        name,
        version,
        relationship,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
