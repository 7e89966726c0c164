-- One row per experiment, primary metric and variant: the effect in the first phase that measured it, whether that may be shown,
-- what the next phase (the hold) said, and the first secondary metric of the same weeks.
with results as (
    select
        r.*,
        case when r.metric_kind = 'proportion' then 100.0 else 1.0 end as scale,
        coalesce(r.srm_p < {{ policy_threshold('srm_p_min') }}, false) as is_srm_failed
    from {{ ref('fct_experiment_results') }} as r
    where r.dimension = '' and r.variant_key <> r.baseline_key
),

primaries as (
    select *, row_number() over (partition by experiment_id, metric_key, variant_key order by phase, baseline_key) as place
    from results
    where metric_role = 'primary'
),

-- A secondary metric whose name comes first stands for the others, which stay in core.fct_experiment_results.
secondaries as (
    select *, row_number() over (partition by experiment_id, phase, variant_key order by metric_name, metric_key) as place
    from results
    where metric_role = 'secondary' and effect_abs is not null
),

-- No margin, no proof of harmlessness: "not significant" is not "not worse".
guardrails as (
    select
        experiment_id, phase, variant_key,
        count(*) as n_guardrails,
        count(case when status = 'pass' then 1 end) as n_guardrails_held,
        count(case when status = 'unknown' then 1 end) as n_guardrails_unknown
    from {{ ref('fct_experiment_checks') }}
    where check_code = 'GUARD'
    group by experiment_id, phase, variant_key
),

-- Counted by another unit than was assigned at random, an interval is too narrow by an unknown factor.
units as (
    select experiment_id, phase, metric_key, variant_key, severity = 3 as is_unit_failed
    from {{ ref('int_experiment_result_checks') }}
    where check_code = 'UNIT'
)

select
    m.*,
    coalesce(u.is_unit_failed, false) as is_unit_failed,
    m.scale * m.effect_abs as effect,
    m.scale * m.ci_low_abs as effect_low,
    m.scale * m.ci_high_abs as effect_high,
    s.metric_name as secondary_name,
    s.scale * s.effect_abs as secondary_effect,
    s.scale * s.ci_low_abs as secondary_low,
    s.scale * s.ci_high_abs as secondary_high,
    s.metric_kind as secondary_kind,
    s.p_two_sided as secondary_p,
    s.metric_key as secondary_key,
    h.phase as hold_phase,
    case when not h.is_srm_failed then h.scale * h.effect_abs end as hold_effect,
    coalesce(g.n_guardrails, 0) as n_guardrails,
    coalesce(g.n_guardrails_held, 0) as n_guardrails_held,
    coalesce(g.n_guardrails_unknown, 0) as n_guardrails_unknown
from primaries as m
left join primaries as h
    on m.experiment_id = h.experiment_id and m.metric_key = h.metric_key and m.variant_key = h.variant_key and h.place = 2
left join secondaries as s
    on m.experiment_id = s.experiment_id and m.phase = s.phase and m.variant_key = s.variant_key and s.place = 1
left join guardrails as g on m.experiment_id = g.experiment_id and m.phase = g.phase and m.variant_key = g.variant_key
left join units as u
    on m.experiment_id = u.experiment_id and m.phase = u.phase and m.metric_key = u.metric_key and m.variant_key = u.variant_key
where m.place = 1
