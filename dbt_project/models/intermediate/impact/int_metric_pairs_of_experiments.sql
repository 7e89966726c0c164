-- What experiments and launches without a control changed: each metric's level without and with the change, or why there is none.
with phases as (
    select experiment_id, phase, min(started_at) as started_at, max(ended_at) as ended_at
    from {{ ref('fct_experiment_phases') }}
    group by experiment_id, phase
)

select
    e.project_id,
    'experiment' as change_kind,
    e.experiment_id as change_id,
    e.name as change_name,
    m.metric_key || coalesce('|' || m.variant_key, '') as pair_key,
    m.metric_name,
    case when m.metric_kind = 'proportion' then '%' else 'units of the metric' end as unit,
    m.scale * m.level_baseline as value_before,
    m.scale * m.level_variant as value_after,
    m.effect_low,
    m.effect as effect_mid,
    m.effect_high,
    case when m.variant_key is not null then 'randomised' else 'interrupted_series' end as basis,
    case
        when m.experiment_id is null then 'no_metric_on_record'
        when m.is_srm_failed then 'sample_ratio_mismatch'
        when m.is_unit_failed then 'unit_mismatch'
        when m.series_state = 'not_observed' then coalesce(m.series_reason, 'not_told')
        when m.level_baseline is null or m.level_variant is null then 'no_levels_on_record'
    end as not_observed_reason,
    -- What was not measured has the days on which it ran.
    coalesce(case when m.variant_key is not null then p.started_at else {{ instant_plus_days('e.started_at', '-m.n_days_before') }} end, e.started_at) as window_from,
    case
        when m.experiment_id is null then e.ended_at
        when m.variant_key is not null then p.ended_at
        else {{ instant_plus_days('e.started_at', 'm.n_days_after') }}
    end as window_to,
    'experiments' as source_system,
    'experiments' as source_kind,
    e.experiment_id as record_before_id,
    e.experiment_id as record_after_id,
    e.source_url
from {{ ref('fct_experiments') }} as e
left join {{ ref('int_experiment_measured') }} as m on e.experiment_id = m.experiment_id
left join phases as p on m.experiment_id = p.experiment_id and m.phase = p.phase
where e.started_at is not null
