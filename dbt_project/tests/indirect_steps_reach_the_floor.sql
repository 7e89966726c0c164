-- int_leverage_indirect takes four steps: a fifth one would have to be worth less than what is dropped.
select d.value as damping, f.value as floor
from {{ ref('attribution_thresholds') }} as d
inner join {{ ref('attribution_thresholds') }} as f on f.is_current and f.name = 'indirect_floor'
where d.is_current and d.name = 'indirect_damping' and d.value * d.value * d.value * d.value * d.value >= f.value
