with source as (
    select * from {{ source('raw_github', 'required_checks') }}
    where _deleted_at is null
),

renamed as (
    select
        'github:' || repository_id as repository_id,
        branch,
        context,
        app_id,
        how,
        ruleset_id,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
