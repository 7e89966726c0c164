-- Each KPI for the organisation in every period, and for every team, project and artifact that has records in it.
with definitions as (
    select * from {{ ref('kpi_definitions') }}
),

cells as (
    select kpi_id, scope_kind, scope_id, period_id from {{ ref('int_kpi_measured') }}
    union
    select definitions.kpi_id, 'organisation', 'organisation', periods.period_id
    from definitions
    cross join {{ ref('int_periods') }} as periods
),

placed as (
    select
        cells.kpi_id, cells.scope_kind, cells.scope_id, cells.period_id,
        periods.grain, periods.period_start, periods.period_end, periods.is_complete,
        measured.n, measured.n_excluded, measured.total_mid, measured.method, measured.paired_value,
        coalesce(measured.is_told, false) as is_told,
        case when measured.is_told then measured.value_mid end as value,
        case when measured.is_told then measured.value_low end as value_low,
        case when measured.is_told then measured.value_high end as value_high
    from cells
    inner join {{ ref('int_periods') }} as periods on cells.period_id = periods.period_id
    left join {{ ref('int_kpi_measured') }} as measured
        on
            cells.kpi_id = measured.kpi_id and cells.scope_kind = measured.scope_kind
            and cells.scope_id = measured.scope_id and cells.period_id = measured.period_id
),

compared as (
    select
        placed.*,
        definitions.unit,
        definitions.metric_version,
        definitions.target_text,
        definitions.target_comparison,
        definitions.target_value,
        definitions.missing,
        definitions.how_to_supply,
        definitions.smallest_n,
        case
            when not placed.is_told then null
            when placed.paired_value is not null and definitions.aggregation = 'rate' then placed.paired_value
            when definitions.target_comparison in ('above_before', 'below_before', 'change_at_least', 'change_at_most') then before.value
        end as baseline_value
    from placed
    inner join definitions on placed.kpi_id = definitions.kpi_id
    left join placed as before
        on
            placed.kpi_id = before.kpi_id and placed.scope_kind = before.scope_kind and placed.scope_id = before.scope_id
            and placed.grain = before.grain and placed.period_start = before.period_end
),

newest as (
    select *, row_number() over (partition by {{ kpi_cell() }} order by observed_on desc, observation_id) as place
    from {{ ref('int_kpi_scoped') }}
),

proofs as (
    select
        kpi_id, scope_kind, scope_id, period_id,
        {{ source_refs(['observed_on desc', 'observation_id'], 'source_system', 'source_kind', 'source_record_id', 'source_url', 'extracted_at', 'load_id') }}
            as sources
    from newest
    where place <= 20
    group by kpi_id, scope_kind, scope_id, period_id
),

-- 8 of 10 is a fifth less, which a computer's fractions are not.
changed as (
    select *, round(value / nullif(baseline_value, 0) - 1, 9) as change
    from compared
)

select
    {{ stable_hash(["'kpi_value'", 'c.kpi_id', 'c.scope_kind', 'c.scope_id', 'c.period_id']) }} as kpi_value_id,
    c.kpi_id,
    c.scope_kind,
    c.scope_id,
    case when c.scope_kind = 'project' then projects.name when c.scope_kind = 'artifact' then artifacts.name else c.scope_id end as scope_name,
    c.period_id,
    c.period_start,
    c.period_end,
    c.is_complete,
    case when not c.is_told then 'not_observed' when c.value = 0 then 'observed_zero' else 'value' end as state,
    cast(round(c.value, 6) as double) as value,
    cast(round(c.value_low, 6) as double) as value_low,
    cast(round(c.value_high, 6) as double) as value_high,
    c.unit,
    cast(coalesce(c.n, 0) as bigint) as n,
    cast(case when c.is_told then round(c.total_mid, 6) end as double) as numerator,
    cast(coalesce(c.n_excluded, 0) as bigint) as n_excluded,
    case when c.is_told then c.method end as method,
    case
        when c.is_told then null
        when c.n > 0 then 'only ' || cast(cast(c.n as bigint) as varchar) || ' of at least ' || cast(c.smallest_n as varchar) || ' records, which is too few to tell'
        when c.n_excluded > 0 then 'none of ' || cast(c.n_excluded as varchar) || ' records can be counted: ' || c.missing || '. To supply it: ' || c.how_to_supply
        else c.missing || '. To supply it: ' || c.how_to_supply
    end as reason,
    c.target_text as target,
    c.target_value,
    cast(round(c.baseline_value, 6) as double) as baseline_value,
    case c.target_comparison
        when 'at_least' then round(c.value, 9) >= c.target_value
        when 'at_most' then round(c.value, 9) <= c.target_value
        when 'above_before' then case when c.is_complete then c.value > c.baseline_value end
        when 'below_before' then case when c.is_complete then c.value < c.baseline_value end
        when 'change_at_least' then c.change >= c.target_value
        when 'change_at_most' then case when c.is_complete then c.change <= c.target_value end
    end as target_met,
    case when c.is_told then coalesce(proofs.sources, {{ no_sources() }}) else {{ no_sources() }} end as sources,
    c.metric_version,
    {{ built_at() }} as built_at,
    {{ snapshot_id() }} as snapshot_id
from changed as c
left join proofs
    on c.kpi_id = proofs.kpi_id and c.scope_kind = proofs.scope_kind and c.scope_id = proofs.scope_id and c.period_id = proofs.period_id
left join {{ ref('dim_projects') }} as projects on c.scope_kind = 'project' and c.scope_id = projects.project_id
left join {{ ref('dim_artifacts') }} as artifacts on c.scope_kind = 'artifact' and c.scope_id = artifacts.artifact_id
