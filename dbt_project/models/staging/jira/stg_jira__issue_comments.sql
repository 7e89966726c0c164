with source as (
    select * from {{ source('raw_jira', 'issue_comments') }}
    where _deleted_at is null
),

renamed as (
    select
        comment_id,
        issue_id,
        project_id,
        author_id,
        created_at,
        updated_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
