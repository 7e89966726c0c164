with source as (
    select * from {{ source('raw_experiments', 'results') }}
    where _deleted_at is null
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
        metric_name,
        metric_role,
        direction,
        metric_kind,
        as_of,
        n_variant,
        n_baseline,
        numerator_variant,
        numerator_baseline,
        mean_variant,
        mean_baseline,
        sd_variant,
        sd_baseline,
        covariate_mean_variant,
        covariate_mean_baseline,
        covariate_sd_variant,
        covariate_sd_baseline,
        covariate_covariance_variant,
        covariate_covariance_baseline,
        denominator_mean_variant,
        denominator_mean_baseline,
        denominator_sd_variant,
        denominator_sd_baseline,
        denominator_covariance_variant,
        denominator_covariance_baseline,
        quantile,
        non_inferiority_margin,
        vendor_effect_relative,
        vendor_ci_low,
        vendor_ci_high,
        vendor_ci_level,
        vendor_p,
        vendor_engine,
        vendor_probability_better,
        vendor_srm_p,
        units_note,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
