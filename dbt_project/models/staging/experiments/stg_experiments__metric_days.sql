with source as (
    select * from {{ source('raw_experiments', 'metric_days') }}
    where _deleted_at is null
),

renamed as (
    select
        experiment_id,
        metric_key,
        series,
        day,
        value,
        n,
        metric_name,
        direction,
        metric_kind,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
