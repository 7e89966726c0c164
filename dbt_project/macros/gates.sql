{#- How bad the state of a head is, 1 the worst: where several say something of one change, the worst of them holds. -#}
{% macro gate_badness(head_state) -%}
    case {{ head_state }}
        when 'red' then 1 when 'flaky_red' then 2 when 'infra_red' then 3 when 'not_exercised' then 4 when 'no_run' then 5
        when 'flaky_green' then 6 else 7
    end
{%- endmacro %}
