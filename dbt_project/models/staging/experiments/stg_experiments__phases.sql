with source as (
    select * from {{ source('raw_experiments', 'phases') }}
    where _deleted_at is null
),

renamed as (
    select
        experiment_id,
        phase,
        name,
        started_at,
        ended_at,
        coverage,
        split,
        ended_reason,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
