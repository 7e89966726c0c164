-- Each shift within each half-year that it reaches into; one that still lasts reaches up to the build.
with shifts as (
    select
        shifts.*,
        raw.record_id,
        coalesce(shifts.ended_at, {{ built_at() }}) as until_at
    from {{ ref('fct_on_call_shifts') }} as shifts
    inner join (
        select
            {{ stable_hash(['schedule_id', 'account', 'started_at']) }} as on_call_shift_id,
            {{ record_id(['schedule_id', 'account', 'started_at']) }} as record_id
        from {{ ref('stg_incidents__on_call_shifts') }}
    ) as raw on shifts.on_call_shift_id = raw.on_call_shift_id
)

select
    shifts.on_call_shift_id,
    shifts.person_id,
    coalesce(shifts.schedule_name, shifts.schedule_id) as schedule_name,
    shifts.record_id,
    periods.period_id,
    greatest(shifts.started_at, {{ day_start('periods.period_start') }}) as started_at,
    least(shifts.until_at, {{ day_start('periods.observed_until') }}) as ended_at
from shifts
inner join {{ ref('int_periods') }} as periods
    on
        periods.grain = 'half'
        and shifts.started_at < {{ day_start('periods.observed_until') }}
        and shifts.until_at > {{ day_start('periods.period_start') }}
