{#- GitHub shows what deleted accounts have left under one account, or names none; both are its ghost, which is nobody. -#}
{% macro ghost_id() -%}
    10137
{%- endmacro %}


{#- Id or login of the author of a record that always had one. -#}
{% macro or_ghost(column, id_column=none) -%}
    {% if id_column %}case when {{ id_column }} is null then 'ghost' else {{ column }} end
    {%- else %}coalesce({{ column }}, {{ ghost_id() }}){% endif %}
{%- endmacro %}
