-- Spearman's correlation of the two values of each pair, for the KPIs that are one: Pearson's of their ranks, where equals share theirs.
with pairs as (
    select scoped.*
    from {{ ref('int_kpi_scoped') }} as scoped
    inner join {{ ref('kpi_register') }} as register on scoped.kpi_id = register.kpi_id and register.aggregation = 'rank_correlation'
    where scoped.value_mid is not null and scoped.paired_value is not null
),

ranked as (
    select
        kpi_id,
        scope_kind,
        scope_id,
        period_id,
        rank() over (partition by {{ kpi_cell() }} order by value_mid)
        + (count(*) over (partition by {{ kpi_cell() }}, value_mid) - 1) / 2.0 as value_rank,
        rank() over (partition by {{ kpi_cell() }} order by paired_value)
        + (count(*) over (partition by {{ kpi_cell() }}, paired_value) - 1) / 2.0 as paired_rank
    from pairs
)

select kpi_id, scope_kind, scope_id, period_id, corr(value_rank, paired_rank) as rho, count(*) as n_pairs
from ranked
group by kpi_id, scope_kind, scope_id, period_id
