-- The records of a KPI in one scope and period taken together: sums, counts, and the ranks that bound a median.
select
    scoped.kpi_id,
    scoped.scope_kind,
    scoped.scope_id,
    scoped.period_id,
    count(scoped.value_mid) as n_members,
    sum(scoped.n_excluded) as n_excluded,
    sum(scoped.weight) as weight,
    sum(scoped.value_low) as total_low,
    sum(scoped.value_mid) as total_mid,
    sum(scoped.value_high) as total_high,
    sum(scoped.paired_value) as total_paired,
    count(distinct scoped.counted_key) as n_keys,
    count(distinct case when scoped.value_low > 0 then scoped.counted_key end) as n_keys_low,
    percentile_cont(0.5) within group (order by scoped.value_mid) as median_mid,
    min(scoped.value_low) as lowest,
    max(scoped.value_high) as highest,
    {{ nth_in_order('scoped.value_low', median_low_rank('count(scoped.value_mid)')) }} as median_low,
    {{ nth_in_order('scoped.value_high', median_high_rank('count(scoped.value_mid)')) }} as median_high
from {{ ref('int_kpi_scoped') }} as scoped
group by scoped.kpi_id, scoped.scope_kind, scoped.scope_id, scoped.period_id
