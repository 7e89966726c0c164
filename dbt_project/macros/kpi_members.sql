{#-
    The records that a KPI counts, from a relation that has one row for each. `fields` says by which expressions; what it leaves out has the
    defaults below. `value` stands for all three of value_low, value_mid and value_high. Where nothing could be told of a record it has no
    value, no weight, and is counted by `n_excluded`.
-#}
{% macro kpi_members(kpi, relation, fields, condition='true') -%}
{%- set value = fields.get('value') -%}
select
    '{{ kpi }}' as kpi_id,
    cast({{ fields['member_id'] }} as varchar) as member_id,
    cast({{ fields['observed_on'] }} as date) as observed_on,
    cast({{ fields.get('project_id', 'null') }} as varchar) as project_id,
    cast({{ fields.get('artifact_id', 'null') }} as varchar) as artifact_id,
    cast({{ fields['subject_name'] }} as varchar) as subject_name,
    cast({{ fields.get('value_low', value) }} as double) as value_low,
    cast({{ fields.get('value_mid', value) }} as double) as value_mid,
    cast({{ fields.get('value_high', value) }} as double) as value_high,
    cast({{ fields.get('weight', '1') }} as double) as weight,
    cast({{ fields.get('paired_value', 'null') }} as double) as paired_value,
    cast({{ fields.get('counted_key', 'null') }} as varchar) as counted_key,
    cast({{ fields.get('n_excluded', '0') }} as bigint) as n_excluded,
    {{ fields['source_system'] }} as source_system,
    {{ fields['source_kind'] }} as source_kind,
    cast({{ fields['source_record_id'] }} as varchar) as source_record_id,
    cast({{ fields['source_url'] }} as varchar) as source_url
from {{ relation }}
where {{ condition }}
{%- endmacro %}

{#- The fields of a member that is an eval run, by the column names that the models share. -#}
{% macro kpi_run_fields() %}
    {{ return({
        'member_id': 'eval_run_id', 'observed_on': 'started_on', 'project_id': 'project_id', 'artifact_id': 'harness_artifact_id',
        'subject_name': 'task_name', 'source_system': "'evals'", 'source_kind': "'runs'", 'source_record_id': 'eval_run_id',
        'source_url': 'source_url',
    }) }}
{% endmacro %}

{#- What a sample is called by its task, slice and failure mode together. -#}
{% macro kpi_case_name() -%}
    coalesce(runs.task_name, '') || ' ' || coalesce(samples.slice, '') || ' ' || coalesce(samples.failure_mode, '')
{%- endmacro %}

{#- What one value of a KPI is about. -#}
{% macro kpi_cell() -%}
    kpi_id, scope_kind, scope_id, period_id
{%- endmacro %}
