{#- How bad the state of a head is, 1 the worst: where several say something of one change, the worst of them holds. -#}
{% macro gate_badness(head_state) -%}
    case {{ head_state }}
        when 'red' then 1 when 'flaky_red' then 2 when 'infra_red' then 3 when 'not_exercised' then 4 when 'no_run' then 5
        when 'flaky_green' then 6 else 7
    end
{%- endmacro %}

{#-
    Files whose change moves the ruler instead of the thing measured. Written into each query: a pattern that comes out of a table is
    compiled again for every row.
-#}
{% macro is_gate_surface(path) -%}
    {{ matches_nocase(
        path,
        "'(^|/|_|-|[.])(goldens?|golden[_-]sets?|baselines?|thresholds?|judges?|rubrics?|graders?|scorers?)(/|_|-|[.]|$)"
        ~ "|^[.]github/workflows/[^/]*(eval|gate|score)[^/]*$"
        ~ "|(^|/)(evals?|gates?)/[^/]*[.](ya?ml|toml|json|jsonl|csv)$|(^|/)(eval|gate)[^/]*[.](ya?ml|toml)$'"
    ) }}
{%- endmacro %}
