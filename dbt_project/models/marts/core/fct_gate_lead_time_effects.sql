select
    {{ stable_hash(["'lead_time_effect'", 'adoptions.project_id', 'adoptions.artifact_id']) }} as lead_time_effect_id,
    adoptions.project_id,
    adoptions.artifact_id,
    adoptions.adopted_on,
    coalesce(effects.state, 'not_observed') as state,
    case when effects.project_id is null then 'not_computed' else effects.reason end as not_observed_reason,
    effects.effect_low as hours_low,
    effects.effect_mid as hours_mid,
    effects.effect_high as hours_high,
    effects.ci_level,
    effects.n_weeks_before,
    effects.n_weeks_after,
    effects.n_placebos,
    effects.placebo_p,
    effects.durbin_watson,
    effects.window_low as hours_trimmed_low,
    effects.window_high as hours_trimmed_high,
    effects.method,
    runs._source_url as adoption_url
from {{ ref('int_gate_adoptions') }} as adoptions
left join {{ ref('stg_statistics__lead_time_effects') }} as effects
    on adoptions.project_id = effects.project_id and adoptions.artifact_id = effects.artifact_id
left join {{ ref('stg_github__workflow_runs') }} as runs on adoptions.first_run_record_id = {{ record_id(['runs.run_id', 'runs.run_attempt']) }}
