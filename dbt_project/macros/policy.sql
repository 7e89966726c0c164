{#- A threshold of the attribution policy in force, by its name: see seeds/attribution_thresholds.csv. -#}
{% macro policy_threshold(name) -%}
    (select threshold.value from {{ ref('attribution_thresholds') }} as threshold where threshold.is_current and threshold.name = '{{ name }}')
{%- endmacro %}

{#- The moment of this build as an SQL instant: given by the caller, so that every row of a snapshot says the same. -#}
{% macro built_at() -%}
    {{ instant("'" ~ env_var('FULCRUM_BUILD_AT', run_started_at | string) ~ "'") }}
{%- endmacro %}

{#- The snapshot that this build will be published as. -#}
{% macro snapshot_id() -%}
    '{{ env_var('FULCRUM_BUILD_SNAPSHOT', 'unpublished') }}'
{%- endmacro %}
