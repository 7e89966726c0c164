{#- Statistics that need a sum over a range of numbers. -#}

{#- Exact two-sided p of the sign test: how likely is a split at least as uneven, were better and worse equally likely? 1 where none differs.
    Of samples that pass or fail this is McNemar's exact test. -#}
{% macro sign_test_p(better, worse) -%}
    least(1.0, 2.0 * list_sum(list_transform(
        range(0, least({{ better }}, {{ worse }}) + 1),
        lambda k: exp(
            lgamma({{ better }} + {{ worse }} + 1) - lgamma(k + 1) - lgamma({{ better }} + {{ worse }} - k + 1) - ({{ better }} + {{ worse }}) * ln(2)
        )
    )))
{%- endmacro %}
