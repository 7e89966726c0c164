-- Humans and the half-years in which they were here: each of them has a row on every review line, if only to say what is missing.
select p.person_id, t.period_id, t.period_start, t.period_end
from {{ ref('dim_people') }} as p
inner join {{ ref('int_periods') }} as t
    on
        t.grain = 'half'
        and (p.first_seen_on is null or p.first_seen_on < t.period_end)
        and (p.left_on is null or p.left_on > t.period_start)
where p.kind = 'human'
