{#- A KPI keeps the contract of its table: what is told is counted, bounded where it can be, and sourced; what is not says why. -#}
{% test kpi_value_is_whole(model) %}
select kpi_value_id, kpi_id, state
from {{ model }}
where
    (state = 'not_observed') != (value is null)
    or (state = 'not_observed') != (reason is not null)
    or (state = 'not_observed' and (value_low is not null or value_high is not null or target_met is not null))
    or (state = 'observed_zero') != coalesce(value = 0, false)
    or (state != 'not_observed' and (n < 1 or method is null or {{ list_size('sources') }} = 0))
    or value_low > value or value > value_high
    or period_start >= period_end
{% endtest %}
