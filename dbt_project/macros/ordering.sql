{#- Aggregates that pick one row's value by time. Two rows of one instant are told apart by the value itself, so that equal
    input gives equal output whatever the number of threads. Rows without value or instant are left out. -#}

{% macro latest(expression, instant) -%}
    max_by({{ expression }}, cast({{ instant }} as varchar) || '|' || cast({{ expression }} as varchar))
{%- endmacro %}

{% macro earliest(expression, instant) -%}
    min_by({{ expression }}, cast({{ instant }} as varchar) || '|' || cast({{ expression }} as varchar))
{%- endmacro %}
