with source as (
    select * from {{ source('raw_github', 'pull_request_events') }}
    where _deleted_at is null
),

renamed as (
    select
        event_id,
        'github:' || repository_id as repository_id,
        pull_request_id,
        pull_request_number,
        kind,
        actor_id,
        actor_login,
        actor_type,
        created_at,
        before_sha,
        before_committed_at,
        after_sha,
        reason,
        label,
        previous_ref,
        current_ref,
        review_id,
        source_kind,
        'github:' || source_repository_id as source_repository_id,
        source_number,
        source_url,
        is_cross_repository,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
