{#-
  Tables and views replaced in one transaction.

  dbt-duckdb builds beside, renames twice and drops, which for a project of many small models costs more than their SQL. DuckDB
  replaces inside a transaction: a reader of the warehouse sees the old relation or the new one, a killed build the old one.
  No hooks, grants, indexes or foreign keys: the project has none. No comments either: people read published snapshots, and
  publication writes them there.
-#}
{% materialization view, adapter='duckdb' %}
  {%- set target = this.incorporate(type='view') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- if existing is not none and existing.type != 'view' %}{% do adapter.drop_relation(existing) %}{% endif -%}
  {%- call statement('main') -%}
    create or replace view {{ target }} as (
    {{ sql }}
    )
  {%- endcall -%}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% materialization table, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- if existing is not none and existing.type != 'table' %}{% do adapter.drop_relation(existing) %}{% endif -%}
  {%- call statement('main') -%}
    drop table if exists {{ target }};
    {{ create_table_as(False, target, sql) }}
  {%- endcall -%}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
