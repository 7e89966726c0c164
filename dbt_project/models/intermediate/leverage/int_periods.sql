-- Half-years and quarters that the loaded data reaches into, as UTC days with an exclusive end.
with activity as (
    select {{ utc_date('created_at') }} as day from {{ ref('stg_github__pull_requests') }}
    union all
    select {{ utc_date('merged_at') }} from {{ ref('stg_github__pull_requests') }}
    union all
    select {{ utc_date('created_at') }} from {{ ref('stg_github__workflow_runs') }}
    union all
    select {{ utc_date('started_at') }} from {{ ref('stg_evals__runs') }}
    union all
    select {{ utc_date('started_at') }} from {{ ref('stg_experiments__experiments') }}
    union all
    select {{ utc_date('ended_at') }} from {{ ref('stg_experiments__experiments') }}
),

-- Commit dates are whatever a clock said, so they bound the periods only where nothing else does.
landings as (
    select {{ utc_date('landed_at') }} as day from {{ ref('stg_git__commits') }}
),

extent as (
    select
        coalesce((select min(day) from activity), (select min(day) from landings)) as first_day,
        coalesce((select max(day) from activity), (select max(day) from landings)) as last_day,
        {{ utc_date(built_at()) }} as built_day
),

-- Nothing after the build can have happened: a date beyond it is a wrong clock, not a period.
bounded as (
    select
        {{ half_start('first_day') }} as first_start,
        {{ add_months(half_start('least(last_day, greatest(built_day, first_day))'), 6) }} as last_end,
        {{ add_days('greatest(built_day, last_day)', 1) }} as observed_until
    from extent
    where first_day is not null
),

spans as (
    select 'half' as grain, steps.period_start, {{ add_months('steps.period_start', 6) }} as period_end, bounded.observed_until
    from bounded
    cross join lateral {{ month_steps('bounded.first_start', 'bounded.last_end', 6, 'period_start') }} as steps
    union all
    select 'quarter', steps.period_start, {{ add_months('steps.period_start', 3) }}, bounded.observed_until
    from bounded
    cross join lateral {{ month_steps('bounded.first_start', 'bounded.last_end', 3, 'period_start') }} as steps
)

select
    cast(extract(year from period_start) as varchar)
    || case when grain = 'half' then 'H' else 'Q' end
    || cast(
        case when grain = 'half' then (extract(month from period_start) + 5) / 6 else (extract(month from period_start) + 2) / 3 end as integer
    ) as period_id,
    grain,
    period_start,
    period_end,
    least(period_end, observed_until) as observed_until,
    period_end <= observed_until as is_complete
from spans
