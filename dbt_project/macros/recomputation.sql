{#-
  Leverage is computed anew only where something changed: for a key of artifact and period. Models of that chain are kept tables
  (materialized as `by_key`); `int_leverage_keys` says which keys are due, `int_leverage_states` what each key was computed from.
  A closed period is due once, and then only by an approved correction.
-#}

{#- The rows that keys were last computed from; none before the first build. -#}
{% macro kept_states() -%}
    {%- if not execute or flags.INTROSPECT == false -%}{{ return(none) }}{%- endif -%}
    {{ return(load_cached_relation(api.Relation.create(database=this.database, schema=this.schema, identifier='int_leverage_states'))) }}
{%- endmacro %}

{#- The same as a relation without rows where there are none. -#}
{% macro kept_states_or_none() -%}
    {%- set states = kept_states() -%}
    {%- if states -%}
{{ states }}
    {%- else -%}
(select cast(null as varchar) as artifact_id, cast(null as varchar) as period_id, cast(null as varchar) as fingerprint where false) as none_yet
    {%- endif -%}
{%- endmacro %}

{#- Whether this model's rows of the last build are there to be kept. -#}
{% macro is_kept() -%}
    {{ return(execute and model.config.materialized == 'by_key' and kept_states() is not none and load_cached_relation(this) is not none) }}
{%- endmacro %}

{#- Join item: only rows of keys that are due, where the others are kept. -#}
{% macro only_due(alias) -%}
    {%- set keys = ref('int_leverage_keys') -%}
    {%- if is_kept() -%}
inner join {{ keys }} as due on {{ alias }}.artifact_id = due.artifact_id and {{ alias }}.period_id = due.period_id and due.is_due
    {%- endif -%}
{%- endmacro %}

{#- What tells one state of these models' SQL from another: changed SQL makes every open key due. -#}
{% macro method_of(names) -%}
    {%- set checksums = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() | selectattr('name', 'in', names) -%}
            {%- do checksums.append(node.checksum.checksum) -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(checksums | sort | join(' ')) }}
{%- endmacro %}

{#- Whether this build was asked to compute all that is open. -#}
{% macro is_full_refresh() -%}
    {{ 'true' if execute and flags.FULL_REFRESH else 'false' }}
{%- endmacro %}
