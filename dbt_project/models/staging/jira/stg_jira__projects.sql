with source as (
    select * from {{ source('raw_jira', 'projects') }}
    where _deleted_at is null
),

renamed as (
    select
        project_id,
        project_key,
        name,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
