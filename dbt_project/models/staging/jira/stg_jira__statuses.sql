with source as (
    select * from {{ source('raw_jira', 'statuses') }}
    where _deleted_at is null
),

renamed as (
    select
        status_id,
        name,
        status_category,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
