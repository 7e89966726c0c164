{#- A threshold of the attribution policy in force, by its name: see seeds/attribution_thresholds.csv. -#}
{% macro policy_threshold(name) -%}
    (select threshold.value from {{ ref('attribution_thresholds') }} as threshold where threshold.is_current and threshold.name = '{{ name }}')
{%- endmacro %}

{#-
    What a build is told in the environment. Asked only while models run: a variable read while the project is parsed makes
    dbt parse every model that reads it again whenever its value is another one, which is every night.
-#}
{% macro build_fact(name, default) -%}
    {%- if execute -%}{{ return(env_var(name, default)) }}{%- endif -%}
    {{ return(default) }}
{%- endmacro %}

{#- The moment of this build as an SQL instant: given by the caller, so that every row of a snapshot says the same. -#}
{% macro built_at() -%}
    {{ instant("'" ~ build_fact('FULCRUM_BUILD_AT', run_started_at | string) ~ "'") }}
{%- endmacro %}

{#- The snapshot that this build will be published as. -#}
{% macro snapshot_id() -%}
    '{{ build_fact('FULCRUM_BUILD_SNAPSHOT', 'unpublished') }}'
{%- endmacro %}
