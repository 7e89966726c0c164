{#- Text: patterns, paths, stable keys. -#}

{#- A durable id: the same values give the same text in every build; null and '' stay apart. -#}
{% macro stable_hash(expressions) -%}
    sha256(
        {%- for expression in expressions %}
        coalesce(cast({{ expression }} as varchar), chr(30)){% if not loop.last %} || chr(31) ||{% endif %}
        {%- endfor %}
    )
{%- endmacro %}

{#- Does the text contain a match of the regular expression (RE2 syntax)? Null text: null. -#}
{% macro matches(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ pattern }})
{%- endmacro %}

{#- The same without regard to case. -#}
{% macro matches_nocase(expression, pattern) -%}
    regexp_matches({{ expression }}, {{ pattern }}, 'i')
{%- endmacro %}

{#- A group of the first match, or null when there is none. -#}
{% macro extract(expression, pattern, group=1) -%}
    nullif(regexp_extract({{ expression }}, {{ pattern }}, {{ group }}), '')
{%- endmacro %}

{#- A group of every match, as a list. -#}
{% macro extract_all(expression, pattern, group=1) -%}
    regexp_extract_all({{ expression }}, {{ pattern }}, {{ group }})
{%- endmacro %}

{#- The lines of a text, as a list. -#}
{% macro text_lines(expression) -%}
    string_split(replace({{ expression }}, chr(13), ''), chr(10))
{%- endmacro %}

{#- Every match replaced. -#}
{% macro replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, {{ pattern }}, {{ replacement }}, 'g')
{%- endmacro %}

{% macro has_prefix(expression, prefix) -%}
    starts_with({{ expression }}, {{ prefix }})
{%- endmacro %}

{#- Does one text contain the other, taken literally? -#}
{% macro has_text(expression, fragment) -%}
    contains({{ expression }}, {{ fragment }})
{%- endmacro %}

{% macro character_count(expression) -%}
    length({{ expression }})
{%- endmacro %}

{#- A share or number for a headline: fixed decimals, no exponent. -#}
{% macro number_text(expression, decimals=0) -%}
    printf('%.{{ decimals }}f', cast({{ expression }} as double))
{%- endmacro %}

{#- A git remote, path or `owner/name` as lower-case `owner/name`: its last two parts without `.git`. -#}
{% macro repository_slug(expression) -%}
    nullif(regexp_extract(lower({{ expression }}), '([^/:@]+/[^/:]+?)(\.git)?/*$', 1), '')
{%- endmacro %}

{#- A package name as PyPI compares names: lower case, runs of `-_.` as one dash. -#}
{% macro package_name(expression) -%}
    lower(regexp_replace({{ expression }}, '[-_.]+', '-', 'g'))
{%- endmacro %}

{#- Aggregate: what tells one set of rows from another, of a table by its alias or of an expression. In no order, and no duplicate is lost. -#}
{% macro rows_hash(row) -%}
    cast(sum(cast(hash({{ row }}) as hugeint)) as varchar)
{%- endmacro %}
