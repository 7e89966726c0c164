-- Every record that any KPI counts. What kpi_values holds is a GROUP BY over these rows and nothing else.
{% set families = [
    'changes', 'eval_runs', 'eval_pairs', 'eval_metrics', 'drifts', 'gate_runs', 'regressions', 'costs', 'labels', 'experiments', 'releases', 'adoption',
] %}
with members as (
    {% for family in families %}
    select * from {{ ref('int_kpi_' ~ family) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select
    {{ stable_hash(["'kpi_observation'", 'members.kpi_id', 'members.member_id']) }} as observation_id,
    members.kpi_id,
    members.observed_on,
    projects.owner_team as team,
    members.project_id,
    members.artifact_id,
    members.subject_name,
    members.value_low,
    members.value_mid,
    members.value_high,
    members.weight,
    members.paired_value,
    members.counted_key,
    members.n_excluded,
    members.source_system,
    members.source_kind,
    members.source_record_id,
    coalesce(records.url, members.source_url) as source_url,
    records.extracted_at,
    records.load_id
from members
left join {{ ref('dim_projects') }} as projects on members.project_id = projects.project_id
left join {{ ref('int_source_records') }} as records
    on members.source_system = records.system and members.source_kind = records.kind and members.source_record_id = records.id
