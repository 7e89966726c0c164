{{ config(materialized='by_key') }}
-- One row per artifact, project and period: direct use, or what it inherits where that is more. The low value is of direct use alone.
with direct as (
    select d.* from {{ ref('int_leverage_direct') }} as d
    {{ only_due('d') }}
),

indirect as (
    select i.*, t.period_start, t.period_end
    from {{ ref('int_leverage_indirect') }} as i
    {{ only_due('i') }}
    inner join {{ ref('int_periods') }} as t on i.period_id = t.period_id
),

both_kinds as (
    select
        coalesce(d.artifact_id, i.artifact_id) as artifact_id,
        coalesce(d.project_id, i.project_id) as project_id,
        coalesce(d.period_id, i.period_id) as period_id,
        coalesce(d.period_start, i.period_start) as period_start,
        coalesce(d.period_end, i.period_end) as period_end,
        coalesce(d.is_counted, false) or i.u_high is not null as is_counted,
        case when i.u_high is null then d.not_counted_reason end as not_counted_reason,
        coalesce(d.rung, 0) as rung,
        coalesce(d.run_days, 0) as run_days,
        coalesce(d.u_low, 0.0) as u_low,
        greatest(coalesce(d.u_high, 0.0), coalesce(i.u_high, 0.0)) as u_high,
        least(1.0, coalesce(d.u_low, 0.0) * (1 + {{ policy_threshold('policy_sensitivity') }})) as u_low_raised,
        greatest(
            least(1.0, coalesce(d.u_high, 0.0) * (1 + {{ policy_threshold('policy_sensitivity') }})), coalesce(i.u_high_raised, 0.0)
        ) as u_high_raised,
        coalesce(d.n_evidence, 0) as n_evidence,
        d.top_acceptor_share,
        coalesce(i.u_high > coalesce(d.u_high, 0.0), false) as is_inherited,
        i.n_steps,
        i.via,
        i.dependency_ids,
        coalesce(d.policy_version, (select min(p.policy_version) from {{ ref('attribution_policy') }} as p where p.is_current)) as policy_version
    from direct as d
    full outer join indirect as i on d.artifact_id = i.artifact_id and d.project_id = i.project_id and d.period_id = i.period_id
)

select
    artifact_id, project_id, period_id, period_start, period_end, is_counted, not_counted_reason, rung, run_days,
    u_low,
    (u_low + u_high) / 2 as u_mid,
    u_high,
    (u_low_raised + u_high_raised) / 2 as u_mid_raised,
    n_evidence,
    top_acceptor_share,
    is_inherited,
    case when is_inherited then n_steps end as n_steps,
    case when is_inherited then via end as via,
    dependency_ids,
    policy_version
from both_kinds
