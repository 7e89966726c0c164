{#- Instants, days and spans. Instants are UTC `timestamp with time zone`; days are dates. -#}

{% macro utc_date(instant) -%}
    cast(timezone('UTC', {{ instant }}) as date)
{%- endmacro %}

{#- The calendar day in the organisation's time zone (FULCRUM_BUILD_TIMEZONE, UTC when unset). -#}
{% macro local_date(instant) -%}
    cast(timezone('{{ build_fact("FULCRUM_BUILD_TIMEZONE", "UTC") }}', {{ instant }}) as date)
{%- endmacro %}

{#- The UTC instant at which a day begins. -#}
{% macro day_start(day) -%}
    timezone('UTC', cast({{ day }} as timestamp))
{%- endmacro %}

{% macro add_days(day, days) -%}
    cast({{ day }} + cast({{ days }} as integer) as date)
{%- endmacro %}

{% macro add_months(day, months) -%}
    cast({{ day }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{% macro instant_plus_days(instant, days) -%}
    {{ instant }} + to_days(cast({{ days }} as integer))
{%- endmacro %}

{#- Whole days from one day to another. -#}
{% macro days_between(first, last) -%}
    date_diff('day', {{ first }}, {{ last }})
{%- endmacro %}

{#- Minutes between two instants, with fractions. -#}
{% macro minutes_between(first, last) -%}
    (epoch_us({{ last }}) - epoch_us({{ first }})) / 60000000.0
{%- endmacro %}

{#- The Monday of a day's week. -#}
{% macro week_start(day) -%}
    cast(date_trunc('week', {{ day }}) as date)
{%- endmacro %}

{% macro month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{% macro quarter_start(day) -%}
    cast(date_trunc('quarter', {{ day }}) as date)
{%- endmacro %}

{% macro half_start(day) -%}
    make_date(year({{ day }}), case when month({{ day }}) < 7 then 1 else 7 end, 1)
{%- endmacro %}

{#- Days from first to last (exclusive) in steps of whole months, as rows: a derived table with one column. -#}
{% macro month_steps(first, last, months, column) -%}
    (select cast(unnest(generate_series({{ first }}, {{ last }} - 1, to_months({{ months }}))) as date) as {{ column }})
{%- endmacro %}
