with source as (
    select * from {{ source('raw_ops', 'reconciliations') }}
),

renamed as (
    select
        run_id,
        source,
        table_name,
        partition,
        source_count,
        warehouse_count,
        how,
        state,
        checked_at
    from source
)

select * from renamed
