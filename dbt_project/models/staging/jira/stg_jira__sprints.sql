with source as (
    select * from {{ source('raw_jira', 'sprints') }}
    where _deleted_at is null
),

renamed as (
    select
        sprint_id,
        name,
        state,
        board_id,
        started_at,
        ends_at,
        completed_at,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
