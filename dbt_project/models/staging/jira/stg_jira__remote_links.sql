with source as (
    select * from {{ source('raw_jira', 'remote_links') }}
    where _deleted_at is null
),

renamed as (
    select
        remote_link_id,
        issue_id,
        project_id,
        global_id,
        relationship,
        application_type,
        application_name,
        url,
        title,
        is_resolved,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
