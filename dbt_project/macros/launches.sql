{#- The durable id of a launch, made in every model that knows what was launched. -#}
{% macro launch_id(subject_kind, subject_id) -%}
    {{ stable_hash(["'launch'", subject_kind, subject_id]) }}
{%- endmacro %}
