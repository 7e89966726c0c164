with source as (
    select * from {{ source('raw_jira', 'issue_links') }}
    where _deleted_at is null
),

renamed as (
    select
        link_id,
        issue_id,
        project_id,
        link_type,
        direction,
        description,
        other_issue_id,
        other_issue_key,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
