-- The records themselves stay in the private file: this counts them by reason.
select
    {{ stable_hash(['source', 'table_name', 'reason']) }} as quarantine_summary_id,
    source,
    table_name,
    reason,
    count(*) filter (where released_at is null) as n_held,
    count(*) filter (where released_at is not null) as n_released,
    min(first_seen_at) as first_seen_at,
    max(last_seen_at) as last_seen_at,
    {{ list_head(ordered_list('source_url', 'first_seen_at, source_url'), 5) }} as example_urls
from {{ ref('stg_ops__quarantine') }}
group by source, table_name, reason
