with switches as (
    select
        model_migration_id,
        {{ earliest('from_model', 'switched_at') }} as from_model,
        {{ earliest('to_model', 'switched_at') }} as to_model,
        min(switched_at) as started_at,
        max(switched_at) as ended_at,
        count(*) as n_switches,
        count(distinct repository_id) as n_repositories,
        count(*) filter (where is_taken_back) as n_taken_back
    from {{ ref('fct_model_switches') }}
    group by model_migration_id
),

suites as (
    select
        model_migration_id,
        count(distinct task_name) filter (where comparability = 'comparable') as n_suites_compared,
        count(distinct task_name) filter (where comparability <> 'comparable') as n_suites_not_comparable,
        max(comparability) filter (where comparability <> 'comparable') as not_comparable_reason,
        count(distinct model_switch_id) filter (where comparability = 'comparable') as n_switches_compared
    from {{ ref('int_model_switch_runs') }}
    group by model_migration_id
),

slices as (
    select
        model_migration_id,
        count(*) as n_slices,
        count(*) filter (where is_regressed) as n_slices_regressed,
        count(*) filter (where is_regressed and not is_open) as n_slices_recovered,
        count(*) filter (where is_open) as n_slices_open
    from {{ ref('int_model_switch_slices') }}
    group by model_migration_id
),

golden_sets as (
    select
        model_migration_id,
        count(*) as n_golden_sets,
        count(*) filter (where is_seen) as n_golden_sets_seen,
        sum(n_before) filter (where is_seen) as n_examples_before,
        sum(n_since) filter (where is_seen) as n_examples_since,
        sum(greatest(n_since - n_before, 0)) filter (where is_seen) as n_examples_added
    from (select *, n_before is not null and n_since is not null as is_seen from {{ ref('int_model_migration_examples') }}) as sets
    group by model_migration_id
)

select
    switches.*,
    case
        when suites.n_suites_compared > 0 then 'compared'
        when suites.n_suites_not_comparable > 0 then 'not_comparable'
        else 'no_runs'
    end as comparison,
    suites.not_comparable_reason,
    coalesce(suites.n_suites_compared, 0) as n_suites_compared,
    coalesce(suites.n_suites_not_comparable, 0) as n_suites_not_comparable,
    coalesce(suites.n_switches_compared, 0) as n_switches_compared,
    -- Without a comparison nothing is said of slices, not even that none fell.
    case when suites.n_suites_compared > 0 then coalesce(slices.n_slices, 0) end as n_slices,
    case when suites.n_suites_compared > 0 then coalesce(slices.n_slices_regressed, 0) end as n_slices_regressed,
    case when suites.n_suites_compared > 0 then coalesce(slices.n_slices_recovered, 0) end as n_slices_recovered,
    case when suites.n_suites_compared > 0 then coalesce(slices.n_slices_open, 0) end as n_slices_open,
    coalesce(golden_sets.n_golden_sets, 0) as n_golden_sets,
    coalesce(golden_sets.n_golden_sets_seen, 0) as n_golden_sets_seen,
    cast(golden_sets.n_examples_before as bigint) as n_examples_before,
    cast(golden_sets.n_examples_since as bigint) as n_examples_since,
    cast(golden_sets.n_examples_added as bigint) as n_examples_added,
    incidents.watched_until,
    case
        when incidents.gap is not null and incidents.n_low = 0 then 'not_observed'
        when incidents.n_high = 0 then 'observed_zero'
        else 'value'
    end as incident_state,
    incidents.gap as incident_gap,
    case when incidents.gap is null or incidents.n_low > 0 then incidents.n_low end as n_incidents_low,
    case when incidents.gap is null then incidents.n_high end as n_incidents_high,
    case when incidents.gap is null or incidents.n_visible_low > 0 then incidents.n_visible_low end as n_visible_incidents_low,
    case when incidents.gap is null then incidents.n_visible_high end as n_visible_incidents_high
from switches
inner join {{ ref('int_model_migration_incidents') }} as incidents on switches.model_migration_id = incidents.model_migration_id
left join suites on switches.model_migration_id = suites.model_migration_id
left join slices on switches.model_migration_id = slices.model_migration_id
left join golden_sets on switches.model_migration_id = golden_sets.model_migration_id
