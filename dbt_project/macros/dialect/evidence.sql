{#- What the leverage and evidence models need beyond the general macros: globs, names in running text, sentences, sources. -#}

{#- A gitignore-style glob as a regular expression: `**/` any folders, `*` within one name, `?` one character. -#}
{% macro glob_regex(glob) -%}
    '^' || replace(replace(replace(replace(replace(regexp_escape({{ glob }}), '\*\*\/', '(.*/)?'), '\*\*', '.*'), '\*', '[^/]*'), '\?', '[^/]'), '\/', '/') || '$'
{%- endmacro %}

{#- A pattern that finds a name in lower-case running text as a whole name: `acme-evals` is not found in `acme-evals-lite`. -#}
{% macro whole_name_regex(name) -%}
    '(^|[^a-z0-9_-])' || regexp_escape({{ name }}) || '($|[^a-z0-9_-])'
{%- endmacro %}

{#- A whole number with thousands separators, for a headline. -#}
{% macro count_text(expression) -%}
    format('{:,}', cast({{ expression }} as bigint))
{%- endmacro %}

{#- "1 project", "3 projects". -#}
{% macro counted_noun(expression, singular, plural) -%}
    format('{:,}', cast({{ expression }} as bigint)) || case when {{ expression }} = 1 then ' {{ singular }}' else ' {{ plural }}' end
{%- endmacro %}

{#- A fraction as a percentage without its sign, for a headline. -#}
{% macro percent_text(expression, decimals=0) -%}
    printf('%.{{ decimals }}f', round(100.0 * cast({{ expression }} as double), {{ decimals }}))
{%- endmacro %}

{#- A number with its sign: +8.20, -0.31. -#}
{% macro signed_text(expression, decimals) -%}
    printf('%+.{{ decimals }}f', cast({{ expression }} as double))
{%- endmacro %}

{#- A number for a headline with the decimals that its size calls for: 1,015, 12.9, 0.627. -#}
{% macro plain_number_text(expression) -%}
    case when abs({{ expression }}) >= 1000 then format('{:,.0f}', cast({{ expression }} as double)) else printf('%.4g', cast({{ expression }} as double)) end
{%- endmacro %}

{#- How likely chance alone is, as sentences print it: p = 0.064, p < 0.001. -#}
{% macro p_text(expression) -%}
    case when {{ expression }} < 0.001 then 'p < 0.001' else 'p = ' || {{ number_text(expression, 3) }} end
{%- endmacro %}

{#- An empty list of source references. -#}
{% macro no_sources() -%}
    cast([] as {{ source_refs_type() }})
{%- endmacro %}

{#- Aggregate: source references of a group as a list, in the order of the given expressions. -#}
{% macro source_refs(order_by, system, kind, id, url, extracted_at, load_id) -%}
    list({{ source_ref(system, kind, id, url, extracted_at, load_id) }} order by {{ order_by | join(', ') }})
{%- endmacro %}

{#- The key of a raw record as one text: key columns in the contract's order, joined by `|`. -#}
{% macro record_id(columns) -%}
    {% for column in columns %}cast({{ column }} as varchar){% if not loop.last %} || '|' || {% endif %}{% endfor %}
{%- endmacro %}

{#- `2026 H1` from `2026H1`, for a headline. -#}
{% macro period_text(period_id) -%}
    left({{ period_id }}, 4) || ' ' || right({{ period_id }}, 2)
{%- endmacro %}

{#- The instant given by the caller as text. -#}
{% macro instant(text) -%}
    cast({{ text }} as timestamp with time zone)
{%- endmacro %}

{#- A signed number with three significant digits: +0.011, -12.3. -#}
{% macro signed_plain_text(expression) -%}
    printf('%+.3g', cast({{ expression }} as double))
{%- endmacro %}

{#- Whether one of a list of globs is meant for a name; `~ALL` is meant for every one. -#}
{% macro any_glob(globs, name) -%}
    len(list_filter({{ globs }}, lambda pattern: pattern = '~ALL' or regexp_matches({{ name }}, {{ glob_regex('pattern') }}))) > 0
{%- endmacro %}
