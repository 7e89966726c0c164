{#- The record of an incident as three columns of a source reference: the issue that it is kept in, or its row in an incident store. -#}
{% macro incident_source_record(incidents) -%}
    case when {{ incidents }}.source in ('jira', 'github') then {{ incidents }}.source else 'incidents' end as source_system,
        case when {{ incidents }}.source in ('jira', 'github') then 'issues' else 'incidents' end as source_kind,
        replace({{ incidents }}.incident_id, 'github:', '') as source_record_id
{%- endmacro %}
