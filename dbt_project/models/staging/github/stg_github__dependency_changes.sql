with source as (
    select * from {{ source('raw_github', 'dependency_changes') }}
    where _deleted_at is null
),

renamed as (
    select
        'github:' || repository_id as repository_id,
        base_sha,
        head_sha,
        manifest,
        package_url,
        change_type,
        ecosystem,
        name,
        version,
        scope,
        observed_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
