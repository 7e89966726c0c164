with source as (
    select * from {{ source('raw_github', 'pull_requests') }}
    where _deleted_at is null
),

renamed as (
    select
        pull_request_id,
        'github:' || repository_id as repository_id,
        number,
        title,
        state,
        is_draft,
        author_id,
        author_login,
        author_type,
        head_ref,
        head_sha,
        'github:' || head_repository_id as head_repository_id,
        base_ref,
        base_sha,
        merge_commit_sha,
        merged_by_id,
        merged_by_login,
        merged_by_type,
        additions,
        deletions,
        changed_files,
        labels,
        created_at,
        updated_at,
        closed_at,
        merged_at,
        {{ json_text('_raw', '$.body') }} as body,
        _raw,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
