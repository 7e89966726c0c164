with source as (
    select * from {{ source('raw_ops', 'quarantine') }}
),

renamed as (
    select
        quarantine_id,
        source,
        table_name,
        partition,
        identity,
        reason,
        raw,
        source_url,
        first_seen_at,
        last_seen_at,
        run_id,
        released_at
    from source
)

select * from renamed
