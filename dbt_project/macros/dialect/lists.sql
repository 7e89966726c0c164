{#- Lists and structs. -#}

{#- A join item that turns a list expression into rows: `from t {{ each('t.names', 'item', 'name') }}`. -#}
{% macro each(expression, alias, column) -%}
    cross join lateral (select unnest({{ expression }}) as {{ column }}) as {{ alias }}
{%- endmacro %}

{#- The same with the item's position, counted from 1. -#}
{% macro each_numbered(expression, alias, column, position) -%}
    cross join lateral (select unnest({{ expression }}) as {{ column }}, generate_subscripts({{ expression }}, 1) as {{ position }}) as {{ alias }}
{%- endmacro %}

{#- Aggregate: distinct values of a column as a sorted list; nulls are left out. -#}
{% macro distinct_list(expression) -%}
    coalesce(list_sort(list(distinct {{ expression }}) filter (where {{ expression }} is not null)), [])
{%- endmacro %}

{#- Aggregate: values as a list in a stated order; `order_by` is an SQL order list. -#}
{% macro ordered_list(expression, order_by) -%}
    coalesce(list({{ expression }} order by {{ order_by }}) filter (where {{ expression }} is not null), [])
{%- endmacro %}

{#- Aggregate: values joined to one text in a stated order. -#}
{% macro joined_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by }})
{%- endmacro %}

{#- A list literal of expressions. -#}
{% macro list_of(expressions) -%}
    [{{ expressions | join(', ') }}]
{%- endmacro %}

{% macro list_size(expression) -%}
    len({{ expression }})
{%- endmacro %}

{% macro list_has(list_expression, value) -%}
    list_contains({{ list_expression }}, {{ value }})
{%- endmacro %}

{#- Two lists after one another; null counts as empty. -#}
{% macro list_join(first, second) -%}
    list_concat(coalesce({{ first }}, []), coalesce({{ second }}, []))
{%- endmacro %}

{#- The first n items. -#}
{% macro list_head(expression, n) -%}
    list_slice({{ expression }}, 1, {{ n }})
{%- endmacro %}

{#- A struct from a mapping of field name to expression. -#}
{% macro struct_of(fields) -%}
    struct_pack({% for name, expression in fields.items() %}{{ name }} := {{ expression }}{% if not loop.last %}, {% endif %}{% endfor %})
{%- endmacro %}

{#- Aggregate: structs from a mapping of field name to expression, as a list in a stated order. -#}
{% macro struct_list(fields, order_by) -%}
    coalesce(list({{ struct_of(fields) }} order by {{ order_by }}), [])
{%- endmacro %}

{#- One source reference of an evidence row: which record of which system, and where a human can open it. -#}
{% macro source_ref(system, kind, id, url, extracted_at, load_id) -%}
    struct_pack(
        system := cast({{ system }} as varchar),
        kind := cast({{ kind }} as varchar),
        id := cast({{ id }} as varchar),
        url := cast({{ url }} as varchar),
        extracted_at := cast({{ extracted_at }} as timestamp with time zone),
        load_id := cast({{ load_id }} as varchar)
    )
{%- endmacro %}

{#- The type of a list of source references, for `cast(null as ...)`. -#}
{% macro source_refs_type() -%}
    struct(system varchar, kind varchar, id varchar, url varchar, extracted_at timestamp with time zone, load_id varchar)[]
{%- endmacro %}

{#- Aggregate: the value that stands at a place, counted from 1, when values are put in ascending order. -#}
{% macro nth_in_order(expression, place) -%}
    list_extract(list_sort(list({{ expression }}) filter (where {{ expression }} is not null)), {{ place }})
{%- endmacro %}
