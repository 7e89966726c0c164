{#- Does a row with valid_from and valid_to hold at an instant? An open end is null; an unknown instant is within no bounds. -#}
{% macro is_valid_at(row, instant) -%}
    ({{ row }}.valid_from is null or {{ instant }} >= {{ row }}.valid_from) and ({{ row }}.valid_to is null or {{ instant }} < {{ row }}.valid_to)
{%- endmacro %}

{#- Does it hold at some moment of a span? -#}
{% macro is_valid_within(row, first, last) -%}
    ({{ row }}.valid_to is null or {{ first }} < {{ row }}.valid_to) and ({{ row }}.valid_from is null or {{ last }} is null or {{ last }} > {{ row }}.valid_from)
{%- endmacro %}

{#- The earlier of two instants where null is no bound; the later of two, likewise. -#}
{% macro earlier(first, second) -%}
    least(coalesce({{ first }}, {{ second }}), coalesce({{ second }}, {{ first }}))
{%- endmacro %}

{% macro later(first, second) -%}
    greatest(coalesce({{ first }}, {{ second }}), coalesce({{ second }}, {{ first }}))
{%- endmacro %}

{#- Aggregates: the bounds of several rows together, open where one of them is. -#}
{% macro validity_of(row) -%}
    case when bool_or({{ row }}.valid_from is null) then null else min({{ row }}.valid_from) end as valid_from,
    case when bool_or({{ row }}.valid_to is null) then null else max({{ row }}.valid_to) end as valid_to
{%- endmacro %}

{#- Do two rows hold at one moment? An open beginning or end is null. -#}
{% macro overlaps(row, other) -%}
    ({{ row }}.valid_from is null or {{ other }}.valid_to is null or {{ row }}.valid_from < {{ other }}.valid_to)
    and ({{ other }}.valid_from is null or {{ row }}.valid_to is null or {{ other }}.valid_from < {{ row }}.valid_to)
{%- endmacro %}
