with names as (
    select experiment_id, metric_key, min(metric_name) as metric_name, min(direction) as direction, min(metric_kind) as metric_kind
    from {{ ref('stg_experiments__metric_days') }}
    group by experiment_id, metric_key
)

select
    {{ stable_hash(['effects.experiment_id', 'effects.metric_key']) }} as launch_effect_id,
    effects.experiment_id,
    effects.metric_key,
    names.metric_name,
    names.direction,
    names.metric_kind,
    effects.state,
    effects.reason,
    effects.effect_low,
    effects.effect_mid,
    effects.effect_high,
    effects.ci_level,
    effects.level_before,
    effects.level_after,
    effects.window_low,
    effects.window_high,
    effects.placebo_p,
    effects.n_placebos,
    effects.durbin_watson,
    effects.n_days_before,
    effects.n_days_after,
    effects.has_control,
    effects.method,
    experiments._source_url as source_url
from {{ ref('stg_statistics__launch_effects') }} as effects
inner join {{ ref('stg_experiments__experiments') }} as experiments on effects.experiment_id = experiments.experiment_id
inner join names on effects.experiment_id = names.experiment_id and effects.metric_key = names.metric_key
