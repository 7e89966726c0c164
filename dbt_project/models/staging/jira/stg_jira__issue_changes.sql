with source as (
    select * from {{ source('raw_jira', 'issue_changes') }}
    where _deleted_at is null
),

renamed as (
    select
        issue_id,
        project_id,
        history_id,
        item,
        author_id,
        changed_at,
        field,
        field_id,
        subject,
        from_value,
        from_text,
        to_value,
        to_text,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
