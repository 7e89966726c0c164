{#- Reading JSON text columns. Every macro answers null for null text and for a missing path. -#}

{#- The value at a path as text; objects and arrays come back as JSON text. -#}
{% macro json_text(column, path) -%}
    json_extract_string({{ column }}, '{{ path }}')
{%- endmacro %}

{% macro json_integer(column, path) -%}
    try_cast(json_extract_string({{ column }}, '{{ path }}') as bigint)
{%- endmacro %}

{% macro json_number(column, path) -%}
    try_cast(json_extract_string({{ column }}, '{{ path }}') as double)
{%- endmacro %}

{% macro json_boolean(column, path) -%}
    try_cast(json_extract_string({{ column }}, '{{ path }}') as boolean)
{%- endmacro %}

{#- A JSON array of scalars as a list of text; null and '' become an empty list. -#}
{% macro json_list(column) -%}
    coalesce(from_json(nullif({{ column }}, ''), '["VARCHAR"]'), cast([] as varchar[]))
{%- endmacro %}

{#- A JSON array of objects as a list of JSON texts, one per object, in order. -#}
{% macro json_objects(column) -%}
    coalesce(cast(cast(nullif({{ column }}, '') as json) as json[]), cast([] as json[]))
{%- endmacro %}

{#- The keys of a JSON object as a list of text; null becomes an empty list. -#}
{% macro json_keys(column) -%}
    coalesce(json_keys(nullif({{ column }}, '')), cast([] as varchar[]))
{%- endmacro %}

{#- The value of one key whose name is itself a column. -#}
{% macro json_value_of(column, key) -%}
    json_extract_string({{ column }}, '$."' || {{ key }} || '"')
{%- endmacro %}
