{% set own = {
    'experiment_name': 'varchar', 'metric_key': 'varchar', 'metric_name': 'varchar', 'metric_kind': 'varchar', 'direction': 'varchar', 'variant_key': 'varchar', 'basis': 'varchar', 'split': 'varchar',
    'n_days': 'bigint', 'level_baseline': 'double', 'level_variant': 'double', 'effect': 'double', 'effect_low': 'double', 'effect_high': 'double',
    'ci_level': 'double', 'p_two_sided': 'double', 'n_units': 'bigint', 'analysis_unit': 'varchar', 'randomization_unit': 'varchar',
    'secondary_name': 'varchar', 'secondary_effect': 'double', 'secondary_low': 'double', 'secondary_high': 'double', 'secondary_p': 'double',
    'hold_split': 'varchar', 'hold_days': 'bigint', 'hold_effect': 'double', 'srm_p': 'double', 'recompute_status': 'varchar',
    'vendor_effect_relative': 'double', 'effect_relative': 'double', 'n_concurrent_launches': 'bigint', 'n_dismissed_neighbours': 'bigint', 'n_guardrails': 'bigint',
    'n_guardrails_held': 'bigint', 'decision': 'varchar', 'evidence_grade': 'varchar', 'open_checks': 'varchar',
    'placebo_p': 'double', 'n_placebos': 'bigint',
} %}
with people as (
    select experiment_id, person_id, sum(share) as share
    from {{ ref('bridge_experiment_people') }}
    where person_id is not null
    group by experiment_id, person_id
),

records as (
    select
        s.*,
        -- A comparison whose groups or units are wrong has no effect to tell.
        s.basis not in ('srm_failed', 'unit_failed') as is_sound,
        s.basis not in ('srm_failed', 'unit_failed', 'unmeasured') as is_told,
        p.person_id, p.share, t.period_id, t.period_start, t.period_end
    from {{ ref('int_experiment_sentences') }} as s
    inner join people as p on s.experiment_id = p.experiment_id
    inner join {{ ref('dim_people') }} as h on p.person_id = h.person_id and h.kind = 'human'
    inner join {{ ref('int_periods') }} as t on s.told_on >= t.period_start and s.told_on < t.period_end
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'experiment' as subject_kind,
        experiment_id as subject_id,
        name as subject_name,
        coalesce(metric_key || coalesce('|' || variant_key, ''), '') as natural_key,
        case
            when not is_told then 'not_observed'
            when basis = 'lost_in_noise' then 'observed_zero'
            else 'value'
        end as state,
        sentence || '.' as headline,
        case when is_told then metric_name end as measure,
        case
            when not is_told then null
            when basis = 'vendor_only' then '% relative'
            when metric_kind = 'proportion' then 'pp'
            else 'units of the metric'
        end as unit,
        value_low, value_mid, value_high,
        case when is_told then n_units end as n,
        case basis
            when 'randomised' then 'variant minus baseline in the first phase that measured it, recomputed from counts or moments: ' || coalesce(ci_method, 'interval as stored')
            when 'vendor_only' then 'relative effect with interval as reported by ' || coalesce(vendor_engine, 'the store')
            when 'no_holdout' then coalesce(ci_method || '; ', '') || 'bounded attribution: 60 % of the low end to 100 % of the high end of the change, divided by 1 + launches in the same weeks'
            when 'lost_in_noise' then 'bounded attribution, not applied: the interval of the change reaches zero'
        end as method,
        case
            when basis = 'randomised' then 'resolved'
            when basis = 'vendor_only' then 'declared'
            when basis in ('no_holdout', 'lost_in_noise') then 'derived'
        end as strength,
        share as share_low, share as share_mid, share as share_high,
        limits_text as limits,
        case
            when basis = 'randomised' then 'An interval that contains zero, a failed sample ratio, or the hold losing the effect.'
            when basis in ('no_holdout', 'lost_in_noise') then 'A holdout, or an earlier week without a launch in which the metric moved as much.'
            else 'A result of a primary metric with both groups'' counts on record.'
        end as falsifier,
        experiment_name, metric_key, metric_name, metric_kind, direction, variant_key, basis,
        split_text as split,
        n_days, level_baseline, level_variant,
        case when is_sound then effect end as effect,
        case when is_sound then effect_low end as effect_low,
        case when is_sound then effect_high end as effect_high,
        ci_level,
        case when is_sound then p_two_sided end as p_two_sided,
        n_units,
        unit_name as analysis_unit,
        randomization_unit,
        secondary_name,
        case when is_sound then secondary_effect end as secondary_effect,
        case when is_sound then secondary_low end as secondary_low,
        case when is_sound then secondary_high end as secondary_high,
        case when is_sound then secondary_p end as secondary_p,
        hold_split_text as hold_split,
        hold_days, hold_effect, srm_p, recompute_status, vendor_effect_relative,
        case when is_sound then effect_rel end as effect_relative,
        n_concurrent as n_concurrent_launches,
        n_dismissed as n_dismissed_neighbours,
        n_guardrails, n_guardrails_held, decision, evidence_grade, open_checks, placebo_p, n_placebos,
        phase, baseline_key, hold_phase, secondary_key
    from records
),

proofs as (
    select person_id, period_id, subject_id, natural_key, 1 as priority, 'experiments' as source_system, 'experiments' as source_kind, subject_id as source_record_id
    from facts
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, 'experiments', 'results',
        {{ record_id(['r.experiment_id', 'r.phase', 'r.metric_key', 'r.dimension', 'r.dimension_value', 'r.variant_key', 'r.baseline_key']) }}
    from facts as f
    inner join {{ ref('fct_experiment_results') }} as r
        on
            f.subject_id = r.experiment_id and f.variant_key = r.variant_key and f.baseline_key = r.baseline_key and r.dimension = ''
            and r.phase in (f.phase, f.hold_phase) and r.metric_key in (f.metric_key, f.secondary_key)
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 3, 'experiments', 'phases', {{ record_id(['p.experiment_id', 'p.phase']) }}
    from facts as f
    inner join {{ ref('fct_experiment_phases') }} as p on f.subject_id = p.experiment_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 3, 'experiments', 'metric_days',
        {{ record_id(['d.experiment_id', 'd.metric_key', 'd.series', 'd.day']) }}
    from facts as f
    inner join {{ ref('stg_experiments__metric_days') }} as d on f.subject_id = d.experiment_id and f.metric_key = d.metric_key and f.n_placebos is not null
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 4, 'github', 'pull_requests', cast(l.pull_request_id as varchar)
    from facts as f
    inner join {{ ref('int_experiment_pull_requests') }} as l on f.subject_id = l.experiment_id
),

{{ evidence_rows('experiment_impact', own) }}
