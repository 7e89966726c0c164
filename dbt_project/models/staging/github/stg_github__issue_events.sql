with source as (
    select * from {{ source('raw_github', 'issue_events') }}
    where _deleted_at is null
),

renamed as (
    select
        event_id,
        'github:' || repository_id as repository_id,
        issue_id,
        issue_number,
        kind,
        actor_id,
        actor_login,
        actor_type,
        assignee_id,
        assignee_login,
        assignee_type,
        label,
        state_reason,
        created_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
