-- One row per experiment and primary metric (one without metric where nothing was measured): what may be said about its effect.
with joined as (
    select
        x.experiment_id, coalesce(x.feature_flag_key, x.native_id) as name, x.name as experiment_name, x.status, x.decision, x.has_holdout, x.randomization_unit, x.preregistered_at, x.n_looks, x.sequential_method,
        case when e.series_state is not null then 'day' else coalesce(x.analysis_unit, x.randomization_unit, 'unit') end as unit_name,
        x.randomization_unit is not null and coalesce(x.analysis_unit, x.randomization_unit) = x.randomization_unit as is_unit_sound,
        {{ utc_date('coalesce(x.ended_at, x.decided_at, e.as_of, x.started_at)') }} as told_on,
        e.phase, e.metric_key, coalesce(e.metric_name, e.metric_key) as metric_name, e.metric_kind, coalesce(e.direction, 'increase') as direction,
        e.variant_key, e.baseline_key,
        e.n_units, e.level_baseline, e.level_variant, e.scale, e.effect, e.effect_low, e.effect_high,
        e.ci_level, e.ci_method, e.p_two_sided, e.srm_p, e.is_srm_failed, e.is_unit_failed, e.recompute_status, e.vendor_effect_relative, e.vendor_ci_low,
        e.vendor_ci_high, e.vendor_engine, e.effect_rel,
        e.secondary_name, e.secondary_kind, e.secondary_key, e.secondary_effect, e.secondary_low, e.secondary_high, e.secondary_p,
        e.hold_phase, e.hold_effect, e.n_guardrails, e.n_guardrails_held, e.n_guardrails_unknown,
        e.evidence_grade as grade_of_checks, e.open_checks, e.series_state, e.series_reason, e.placebo_p, e.n_placebos, e.n_days_before, e.n_days_after,
        p.split_text, p.duration_text, p.n_days,
        h.split_text as hold_split_text, h.duration_text as hold_duration_text, h.n_days as hold_days,
        l.n_concurrent,
        l.n_dismissed,
        case when coalesce(e.direction, 'increase') = 'decrease' then -1 else 1 end as sign
    from {{ ref('fct_experiments') }} as x
    left join {{ ref('int_experiment_measured') }} as e on x.experiment_id = e.experiment_id
    left join {{ ref('int_experiment_phases_told') }} as p on e.experiment_id = p.experiment_id and e.phase = p.phase
    left join {{ ref('int_experiment_phases_told') }} as h on e.experiment_id = h.experiment_id and e.hold_phase = h.phase
    left join {{ ref('int_experiment_launches') }} as l on x.experiment_id = l.experiment_id
),

classed as (
    select
        *,
        case
            when metric_key is null then 'unmeasured'
            when is_srm_failed then 'srm_failed'
            when is_unit_failed then 'unit_failed'
            when series_state = 'not_observed' and series_reason = 'not_distinguishable' then 'lost_in_noise'
            when n_concurrent is not null and effect is null then 'unmeasured'
            when n_concurrent is not null and least(sign * effect_low, sign * effect_high) <= 0 then 'lost_in_noise'
            when n_concurrent is not null and effect_low is not null then 'no_holdout'
            when effect is not null and effect_low is not null and n_concurrent is null then 'randomised'
            when vendor_effect_relative is not null and vendor_ci_low is not null then 'vendor_only'
            else 'unmeasured'
        end as basis
    from joined
)

select
    c.*,
    case
        when basis in ('srm_failed', 'unit_failed') then null
        when basis = 'unmeasured' then 'D'
        when basis in ('randomised', 'vendor_only') then coalesce(grade_of_checks, 'B')
        -- Without a control only a series that stands out from its placebo breaks is more than a trend that broke.
        when series_state = 'value' then 'B'
        else 'C'
    end as evidence_grade,
    -- Without a holdout the lift is shared with whatever else shipped in those weeks, and its own part is bounded.
    case basis
        when 'randomised' then effect_low
        when 'vendor_only' then 100 * least(vendor_ci_low, vendor_effect_relative)
        when 'no_holdout' then least(low_part * effect_low, high_part * effect_high, low_part * effect_high, high_part * effect_low)
        when 'lost_in_noise' then 0
    end as value_low,
    case basis
        when 'randomised' then effect
        when 'vendor_only' then 100 * vendor_effect_relative
        when 'no_holdout' then (low_part + high_part) / 2 * effect
        when 'lost_in_noise' then 0
    end as value_mid,
    case basis
        when 'randomised' then effect_high
        when 'vendor_only' then 100 * greatest(vendor_ci_high, vendor_effect_relative)
        when 'no_holdout' then greatest(low_part * effect_low, high_part * effect_high, low_part * effect_high, high_part * effect_low)
        when 'lost_in_noise' then 0
    end as value_high
from (
    select
        *,
        {{ policy_threshold('no_holdout_low') }} / (1 + n_concurrent) as low_part,
        {{ policy_threshold('no_holdout_high') }} / (1 + n_concurrent) as high_part
    from classed
) as c
