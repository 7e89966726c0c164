-- A partition whose totals differ is not loaded: every table here shows it as it was at shown_as_of.
select
    {{ stable_hash(['source', 'table_name', 'partition', 'how']) }} as held_back_id,
    source,
    table_name,
    partition,
    source_count,
    warehouse_count,
    source_count - warehouse_count as n_missing,
    how,
    held_since,
    shown_as_of
from {{ ref('stg_ops__held_back') }}
