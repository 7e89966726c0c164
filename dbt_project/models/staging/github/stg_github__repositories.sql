-- Repositories that are gone stay: the work in them is evidence. `gone_at` tells them apart.
with source as (
    select * from {{ source('raw_github', 'repositories') }}
),

renamed as (
    select
        'github:' || repository_id as repository_id,
        full_name,
        owner_login,
        name,
        default_branch,
        html_url,
        clone_url,
        is_private,
        is_fork,
        'github:' || fork_source_id as fork_source_id,
        fork_source_full_name,
        is_template,
        'github:' || template_repository_id as template_repository_id,
        template_full_name,
        is_archived,
        is_empty,
        created_at,
        updated_at,
        pushed_at,
        _deleted_at as gone_at,
        _deleted_reason as gone_reason,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
