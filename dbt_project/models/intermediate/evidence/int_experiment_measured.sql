-- One row per experiment and metric that was measured: what its store compared; where it compared nothing, what the days around a launch tell.
with launch_metrics as (
    select
        *,
        case when metric_kind = 'proportion' then 100.0 else 1.0 end as scale
    from {{ ref('fct_launch_effects') }}
)

select
    experiment_id, phase, metric_key, metric_name, metric_kind, direction, variant_key, baseline_key, as_of, n_variant + n_baseline as n_units,
    level_baseline, level_variant, scale, effect, effect_low, effect_high, ci_level, ci_method, p_two_sided, srm_p, is_srm_failed,
    is_unit_failed, recompute_status, vendor_effect_relative, vendor_ci_low, vendor_ci_high, vendor_engine, effect_rel, secondary_name,
    secondary_kind, secondary_key, secondary_effect, secondary_low, secondary_high, secondary_p, hold_phase, hold_effect, n_guardrails,
    n_guardrails_held, n_guardrails_unknown, evidence_grade, open_checks,
    cast(null as varchar) as series_state, cast(null as varchar) as series_reason, cast(null as double) as placebo_p,
    cast(null as bigint) as n_placebos, cast(null as bigint) as n_days_before, cast(null as bigint) as n_days_after
from {{ ref('int_experiment_effects') }}
union all
select
    m.experiment_id, null, m.metric_key, m.metric_name, m.metric_kind, m.direction, null, null, null, m.n_days_before + m.n_days_after,
    m.level_before, m.level_after, m.scale, m.scale * m.effect_mid, m.scale * m.effect_low, m.scale * m.effect_high, m.ci_level, m.method, null, null, false,
    false, null, null, null, null, null, null, null,
    null, null, null, null, null, null, null, null, 0,
    0, 0, null, null,
    m.state, m.reason, m.placebo_p,
    m.n_placebos, m.n_days_before, m.n_days_after
from launch_metrics as m
left join {{ ref('int_experiment_effects') }} as e on m.experiment_id = e.experiment_id
where e.experiment_id is null
