{#- Which system an account of an incident store belongs to: the vendor's, or `incidents` where files name it. -#}
{% macro incident_account_system(kind) -%}
    case {{ kind }} when 'files' then 'incidents' else {{ kind }} end
{%- endmacro %}
