with source as (
    select * from {{ source('raw_jira', 'users') }}
    where _deleted_at is null
),

renamed as (
    select
        account_id,
        display_name,
        lower(email) as email,
        is_active,
        account_type,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
