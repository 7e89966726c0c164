select
    {{ stable_hash(['run_id', 'source', 'table_name', 'partition', 'how']) }} as reconciliation_id,
    run_id,
    source,
    table_name,
    partition,
    source_count,
    warehouse_count,
    how,
    state,
    checked_at
from {{ ref('stg_ops__reconciliations') }}
