with source as (
    select * from {{ source('raw_github', 'issues') }}
    where _deleted_at is null
),

renamed as (
    select
        issue_id,
        'github:' || repository_id as repository_id,
        number,
        title,
        state,
        state_reason,
        author_id,
        author_login,
        author_type,
        labels,
        created_at,
        updated_at,
        closed_at,
        {{ json_integer('_raw', '$.closed_by.id') }} as closed_by_id,
        {{ json_text('_raw', '$.closed_by.login') }} as closed_by_login,
        {{ json_text('_raw', '$.closed_by.type') }} as closed_by_type,
        {{ json_text('_raw', '$.assignees') }} as assignees,
        {{ json_text('_raw', '$.body') }} as body,
        _raw,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
