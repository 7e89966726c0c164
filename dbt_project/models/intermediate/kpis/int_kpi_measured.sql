-- Each KPI in one scope and period as a number with its bounds, by the kind of aggregate that its definition names.
with grouped as (
    select
        grouped.*,
        register.aggregation,
        register.smallest_n,
        correlated.rho,
        correlated.n_pairs
    from {{ ref('int_kpi_grouped') }} as grouped
    inner join {{ ref('kpi_register') }} as register on grouped.kpi_id = register.kpi_id
    left join {{ ref('int_kpi_correlated') }} as correlated
        on
            grouped.kpi_id = correlated.kpi_id and grouped.scope_kind = correlated.scope_kind
            and grouped.scope_id = correlated.scope_id and grouped.period_id = correlated.period_id
),

measured as (
    select
        kpi_id, scope_kind, scope_id, period_id, aggregation, smallest_n, n_members, n_excluded, total_mid,
        case
            when aggregation in ('rate', 'rare_rate', 'ratio') then round(coalesce(weight, 0))
            when aggregation = 'rank_correlation' then coalesce(n_pairs, 0)
            else n_members
        end as n,
        case
            when aggregation in ('rate', 'rare_rate', 'ratio') then total_mid / nullif(weight, 0)
            when aggregation = 'median' then median_mid
            when aggregation = 'count' then n_keys
            when aggregation = 'rank_correlation' then rho
        end as value_mid,
        case
            when aggregation in ('rate', 'rare_rate') then {{ wilson_low('total_low', 'weight') }}
            when aggregation = 'ratio' then total_low / nullif(weight, 0)
            when aggregation = 'median' and (n_members > 1 or lowest < highest) then median_low
            when aggregation = 'count' then n_keys_low
            when aggregation = 'rank_correlation' then {{ rank_correlation_bound('rho', 'n_pairs', -1) }}
        end as value_low,
        case
            when aggregation = 'rare_rate' and total_high = 0 then least(1.0, 3.0 / nullif(weight, 0))
            when aggregation in ('rate', 'rare_rate') then {{ wilson_high('total_high', 'weight') }}
            when aggregation = 'ratio' then total_high / nullif(weight, 0)
            when aggregation = 'median' and (n_members > 1 or lowest < highest) then median_high
            when aggregation = 'count' then n_keys
            when aggregation = 'rank_correlation' then {{ rank_correlation_bound('rho', 'n_pairs', 1) }}
        end as value_high,
        case
            when aggregation = 'rare_rate' and total_high = 0 then 'share; none in n, so the upper end is 3/n (rule of three)'
            when aggregation in ('rate', 'rare_rate') then 'share with Wilson''s 95 % interval; where readings differ, that of the lowest and highest'
            when aggregation = 'ratio' then 'sum over sum; bounds as each record tells them'
            when aggregation = 'median' and n_members > 5 then 'median with the order statistics that bound it at 95 %'
            when aggregation = 'median' and n_members > 1 then 'median of fewer than six values with the lowest and the highest, which is less than 95 %'
            when aggregation = 'median' then 'one value, with no interval but its own bounds'
            when aggregation = 'count' then 'count of what was seen, each once'
            else 'Spearman''s rank correlation with Fisher''s 95 % interval'
        end as method,
        total_paired / nullif(weight, 0) as paired_value
    from grouped
)

select
    *,
    n >= smallest_n and n > 0 and value_mid is not null as is_told
from measured
