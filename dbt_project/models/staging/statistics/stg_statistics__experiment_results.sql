with source as (
    select * from {{ source('raw_statistics', 'experiment_results') }}
),

renamed as (
    select
        experiment_id,
        phase,
        metric_key,
        dimension,
        dimension_value,
        variant_key,
        baseline_key,
        level_variant,
        level_baseline,
        effect_abs,
        effect_rel,
        ci_low_abs,
        ci_high_abs,
        ci_low_rel,
        ci_high_rel,
        ci_level,
        ci_method,
        p_two_sided,
        standard_error,
        ci_low_anytime,
        ci_high_anytime,
        cuped_effect_abs,
        cuped_ci_low_abs,
        cuped_ci_high_abs,
        cuped_p,
        p_adjusted,
        correction,
        recompute_status,
        srm_p,
        method_note
    from source
)

select * from renamed
