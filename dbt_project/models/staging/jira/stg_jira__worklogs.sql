with source as (
    select * from {{ source('raw_jira', 'worklogs') }}
    where _deleted_at is null
),

renamed as (
    select
        worklog_id,
        issue_id,
        project_id,
        author_id,
        started_at,
        time_spent_seconds,
        created_at,
        updated_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
