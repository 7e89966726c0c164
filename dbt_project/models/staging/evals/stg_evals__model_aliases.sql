with source as (
    select * from {{ source('raw_evals', 'model_aliases') }}
    where _deleted_at is null
),

renamed as (
    select
        store,
        name,
        alias,
        version,
        kind,
        not_before,
        first_seen_at,
        last_seen_at,
        is_serving,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
