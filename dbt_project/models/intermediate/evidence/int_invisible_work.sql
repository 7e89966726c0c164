-- Everybody's work of each kind in each half-year in which they were here: counts at both readings, or hours on call, and whether it could be seen.
with spans as (
    select
        active.person_id,
        active.period_id,
        active.period_start,
        active.period_end,
        {{ minutes_between(
            day_start(later('active.period_start', 'people.first_seen_on')),
            day_start(earlier('periods.observed_until', 'people.left_on'))
        ) }} / 60 as hours_here
    from {{ ref('int_people_active') }} as active
    inner join {{ ref('int_periods') }} as periods on active.period_id = periods.period_id
    inner join {{ ref('dim_people') }} as people on active.person_id = people.person_id
),

counts as (
    select
        person_id,
        period_id,
        work_kind,
        count(distinct thing_id) as n,
        count(distinct thing_id) filter (where counts_low) as n_low,
        count(distinct thing_id) filter (where counts_high) as n_high,
        avg(case when n_people = 1 then 1.0 else 0.0 end) filter (where counts_high) as share_low,
        avg(1.0 / n_people) filter (where counts_high) as share_mid
    from {{ ref('int_invisible_work_things') }}
    group by person_id, period_id, work_kind
),

-- Of whom no account is known in a system, nothing can be seen there.
seen as (
    select distinct
        person_id,
        case system
            when 'github' then 'review' when 'git' then 'document' when 'labels' then 'label' when 'registers' then 'register' else 'incident'
        end as family
    from {{ ref('bridge_people_accounts') }}
    where system in ('github', 'git', 'jira', 'pagerduty', 'opsgenie', 'incidents', 'labels', 'registers')
),

joined as (
    select
        spans.*,
        kinds.work_kind,
        sources.period_id is not null as is_told,
        kinds.family = 'schedule' or seen.person_id is not null as is_linked,
        coalesce(counts.n, on_call.n_shifts, 0) as n,
        coalesce(counts.n_low, 0) as n_low,
        coalesce(counts.n_high, 0) as n_high,
        coalesce(on_call.hours, 0) as hours_on_call,
        on_call.schedules,
        counts.share_low,
        counts.share_mid
    from spans
    cross join {{ ref('invisible_work_kinds') }} as kinds
    left join {{ ref('int_invisible_work_sources') }} as sources on spans.period_id = sources.period_id and kinds.work_kind = sources.work_kind
    left join counts
        on spans.person_id = counts.person_id and spans.period_id = counts.period_id and kinds.work_kind = counts.work_kind
    left join {{ ref('int_on_call_hours') }} as on_call
        on spans.person_id = on_call.person_id and spans.period_id = on_call.period_id and kinds.family = 'schedule'
    left join seen on spans.person_id = seen.person_id and kinds.family = seen.family
)

select
    person_id,
    period_id,
    period_start,
    period_end,
    work_kind,
    case
        when n_high > 0 or (is_told and hours_on_call > 0) then 'value'
        when is_told and (is_linked or n > 0) then 'observed_zero'
        else 'not_observed'
    end as state,
    case when not is_told then 'not_told' when not is_linked and n = 0 then 'not_linked' end as not_observed_reason,
    n,
    case when work_kind = 'on_call' then hours_on_call / hours_here else n_low end as value_low,
    case when work_kind = 'on_call' then hours_on_call / hours_here else n_high end as value_high,
    case when work_kind = 'on_call' then hours_on_call end as hours_on_call,
    hours_here,
    schedules,
    case when work_kind = 'on_call' then 1.0 else share_low end as share_low,
    case when work_kind = 'on_call' then 1.0 else share_mid end as share_mid
from joined
