with source as (
    select * from {{ source('raw_github', 'deployment_statuses') }}
    where _deleted_at is null
),

renamed as (
    select
        deployment_status_id,
        deployment_id,
        'github:' || repository_id as repository_id,
        state,
        creator_id,
        creator_login,
        creator_type,
        created_at,
        environment,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
