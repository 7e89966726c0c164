with source as (
    select * from {{ source('raw_github', 'deployments') }}
    where _deleted_at is null
),

renamed as (
    select
        deployment_id,
        'github:' || repository_id as repository_id,
        sha,
        ref,
        task,
        environment,
        creator_id,
        creator_login,
        creator_type,
        created_at,
        updated_at,
        state,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
