with source as (
    select * from {{ source('raw_ops', 'outcomes') }}
),

renamed as (
    select
        outcome_id,
        run_id,
        step,
        source,
        table_name,
        partition,
        started_at,
        ended_at,
        state,
        requests_made,
        requests_saved,
        points_spent,
        waited_seconds,
        limits_left,
        rows_seen,
        rows_kept,
        rows_changed,
        rows_quarantined,
        rows_tombstoned,
        code_version,
        error_class,
        error_text
    from source
)

select * from renamed
