with source as (
    select * from {{ source('raw_statistics', 'lead_time_effects') }}
),

renamed as (
    select
        project_id,
        artifact_id,
        state,
        reason,
        effect_low,
        effect_mid,
        effect_high,
        ci_level,
        window_low,
        window_high,
        placebo_p,
        n_placebos,
        durbin_watson,
        n_weeks_before,
        n_weeks_after,
        method
    from source
)

select * from renamed
