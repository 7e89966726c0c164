select
    {{ stable_hash(["'gate_flake_rate'", 'counts.scope_kind', 'counts.scope_id', 'counts.period_id']) }} as gate_flake_rate_id,
    counts.scope_kind,
    case when counts.scope_kind = 'gate' then split_part(counts.scope_id, '|', 1) end as repository_id,
    projects.project_id,
    case when counts.scope_kind = 'gate' then substr(counts.scope_id, 2 + {{ character_count("split_part(counts.scope_id, '|', 1)") }}) end as gate,
    case when counts.scope_kind = 'artifact' then counts.scope_id end as artifact_id,
    periods.period_id,
    periods.period_start,
    periods.period_end,
    case when counts.n_heads = 0 then 'not_observed' when counts.n_flaky_heads = 0 then 'observed_zero' else 'value' end as state,
    counts.n_heads,
    counts.n_flaky_heads,
    rates.rate_low,
    rates.rate_mid,
    rates.rate_high,
    rates.ci_level,
    rates.ci_method
from {{ ref('int_gate_flake_counts') }} as counts
inner join {{ ref('int_periods') }} as periods on counts.period_id = periods.period_id
left join {{ ref('stg_statistics__gate_flake_rates') }} as rates
    on counts.scope_kind = rates.scope_kind and counts.scope_id = rates.scope_id and counts.period_id = rates.period_id
left join {{ ref('int_repository_projects') }} as projects
    on counts.scope_kind = 'gate' and split_part(counts.scope_id, '|', 1) = projects.repository_id
