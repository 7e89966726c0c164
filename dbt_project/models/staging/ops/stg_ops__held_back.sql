with source as (
    select * from {{ source('raw_ops', 'held_back') }}
),

renamed as (
    select
        source,
        table_name,
        partition,
        source_count,
        warehouse_count,
        how,
        held_since,
        shown_as_of
    from source
)

select * from renamed
