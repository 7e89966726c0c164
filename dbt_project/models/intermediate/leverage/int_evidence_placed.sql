-- Each fact in each period it can speak for, and what part of the period it held.
select
    l.*,
    t.period_id,
    t.grain,
    t.period_start,
    t.period_end,
    case
        when l.is_span
            then greatest(0, {{ days_between('greatest(l.day_from, t.period_start)', 'least(coalesce(l.day_to, t.observed_until), t.observed_until)') }})
        else 0
    end / cast({{ days_between('t.period_start', 't.period_end') }} as double) as coverage
from {{ ref('int_evidence_ledger') }} as l
inner join {{ ref('int_periods') }} as t
    on l.day_from < t.period_end and (l.is_span or l.day_to > t.period_start)
