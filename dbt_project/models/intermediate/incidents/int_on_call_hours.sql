-- Hours on call by person and half-year. Where shifts overlap, an hour on two schedules is one hour.
with added as (
    select
        *,
        -- What a shift adds lies after the end of every one that began before it.
        max(ended_at) over (partition by person_id, period_id order by started_at, ended_at rows between unbounded preceding and 1 preceding) as taken_until
    from {{ ref('int_on_call_periods') }}
    where person_id is not null
)

select
    person_id,
    period_id,
    sum(greatest({{ minutes_between(later('started_at', 'taken_until'), 'ended_at') }}, 0)) / 60 as hours,
    count(*) as n_shifts,
    {{ joined_text('distinct schedule_name', ' and ', 'schedule_name') }} as schedules
from added
group by person_id, period_id
