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


{#- Rows of due keys are replaced, all others stay: see macros/recomputation.sql. Columns that the model gained are added first. -#}
{% materialization by_key, adapter='duckdb' %}
  {%- set target = this.incorporate(type='table') -%}
  {%- set existing = load_cached_relation(this) -%}
  {%- if existing is not none and existing.type != 'table' %}{% do adapter.drop_relation(existing) %}{% endif -%}
  {%- call statement('main') -%}
    {%- if is_kept() -%}
    {%- set known = adapter.get_columns_in_relation(existing) | map(attribute='name') | list -%}
    {%- for column in get_column_schema_from_query(sql) if column.name not in known %}
    alter table {{ target }} add column {{ adapter.quote(column.name) }} {{ column.dtype }};
    {%- endfor %}
    delete from {{ target }} where (artifact_id, period_id) in (select artifact_id, period_id from {{ ref('int_leverage_keys') }} where is_due);
    insert into {{ target }} by name (
    {{ sql }}
    );
    {%- else -%}
    drop table if exists {{ target }};
    {{ create_table_as(False, target, sql) }}
    {%- endif -%}
  {%- endcall -%}
  {%- do adapter.commit() -%}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}
