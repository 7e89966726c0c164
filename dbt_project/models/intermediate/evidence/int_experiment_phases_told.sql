-- Phases in words: how the traffic was split, largest part first, and for how long.
with splits as (
    select
        p.experiment_id,
        p.phase,
        {{ joined_text(number_text('100 * cast(' ~ json_value_of('p.split', 'k.variation') ~ ' as double)'), '/', 'cast(' ~ json_value_of('p.split', 'k.variation') ~ ' as double) desc, k.variation') }}
            as split_text
    from {{ ref('fct_experiment_phases') }} as p
    {{ each(json_keys('p.split'), 'k', 'variation') }}
    group by p.experiment_id, p.phase
)

select
    p.experiment_id,
    p.phase,
    p.started_at,
    p.ended_at,
    p.coverage,
    s.split_text,
    {{ days_between(utc_date('p.started_at'), utc_date('p.ended_at')) }} as n_days,
    case
        when p.ended_at is null or p.started_at is null then null
        when mod({{ days_between(utc_date('p.started_at'), utc_date('p.ended_at')) }}, 7) = 0
            then {{ counted_noun(days_between(utc_date('p.started_at'), utc_date('p.ended_at')) ~ ' / 7', 'week', 'weeks') }}
        else {{ counted_noun(days_between(utc_date('p.started_at'), utc_date('p.ended_at')), 'day', 'days') }}
    end as duration_text
from {{ ref('fct_experiment_phases') }} as p
left join splits as s on p.experiment_id = s.experiment_id and p.phase = s.phase
