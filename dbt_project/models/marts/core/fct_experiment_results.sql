select
    {{ stable_hash([
        'results.experiment_id', 'results.phase', 'results.metric_key', 'results.dimension', 'results.dimension_value',
        'results.variant_key', 'results.baseline_key'
    ]) }} as experiment_result_id,
    results.experiment_id,
    results.phase,
    results.metric_key,
    results.dimension,
    results.dimension_value,
    results.variant_key,
    results.baseline_key,
    results.metric_name,
    results.metric_role,
    results.direction,
    results.metric_kind,
    results.as_of,
    results.n_variant,
    results.n_baseline,
    results.numerator_variant,
    results.numerator_baseline,
    results.mean_variant,
    results.mean_baseline,
    results.sd_variant,
    results.sd_baseline,
    results.quantile,
    results.non_inferiority_margin,
    results.vendor_effect_relative,
    results.vendor_ci_low,
    results.vendor_ci_high,
    results.vendor_ci_level,
    results.vendor_p,
    results.vendor_engine,
    results.vendor_probability_better,
    results.vendor_srm_p,
    results.units_note,
    statistics.level_variant,
    statistics.level_baseline,
    statistics.effect_abs,
    statistics.effect_rel,
    statistics.ci_low_abs,
    statistics.ci_high_abs,
    statistics.ci_low_rel,
    statistics.ci_high_rel,
    statistics.ci_level,
    statistics.ci_method,
    statistics.p_two_sided,
    statistics.standard_error,
    statistics.ci_low_anytime,
    statistics.ci_high_anytime,
    statistics.cuped_effect_abs,
    statistics.cuped_ci_low_abs,
    statistics.cuped_ci_high_abs,
    statistics.cuped_p,
    statistics.p_adjusted,
    statistics.correction,
    coalesce(statistics.recompute_status, 'not_possible') as recompute_status,
    statistics.srm_p,
    statistics.method_note,
    grades.evidence_grade,
    coalesce(grades.is_withheld, false) as is_withheld,
    grades.open_checks,
    results._source_url as source_url
from {{ ref('stg_experiments__results') }} as results
left join {{ ref('stg_statistics__experiment_results') }} as statistics
    on
        results.experiment_id = statistics.experiment_id
        and results.phase = statistics.phase
        and results.metric_key = statistics.metric_key
        and results.dimension = statistics.dimension
        and results.dimension_value = statistics.dimension_value
        and results.variant_key = statistics.variant_key
        and results.baseline_key = statistics.baseline_key
left join {{ ref('int_experiment_grades') }} as grades
    on
        results.experiment_id = grades.experiment_id
        and results.phase = grades.phase
        and results.metric_key = grades.metric_key
        and results.variant_key = grades.variant_key
        and results.dimension = ''
