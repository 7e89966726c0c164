{#- Schemas are named exactly as architecture says (staging, core, evidence, ...), whatever the target. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ (custom_schema_name or target.schema) | trim }}
{%- endmacro %}
