with source as (
    select * from {{ source('raw_github', 'ruleset_versions') }}
    where _deleted_at is null
),

renamed as (
    select
        ruleset_id,
        version_id,
        'github:' || repository_id as repository_id,
        source,
        name,
        enforcement,
        actor_id,
        updated_at,
        state,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
