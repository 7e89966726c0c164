-- K03 and K18: how long regressions went unnoticed, caught by a gate or become an incident; and which incidents an eval should have caught.
with caught as (
    select
        catches.*,
        repositories.full_name || '#' || cast(pulls.number as varchar) as change_name,
        {{ utc_date('catches.red_at') }} as red_on,
        coalesce(catches.detection_lead_minutes, 0) / 60.0 as hours_low,
        {{ minutes_between('pulls.created_at', 'catches.red_at') }} / 60.0 as hours_high
    from {{ ref('fct_gate_catches') }} as catches
    inner join {{ ref('fct_pull_requests') }} as pulls on catches.pull_request_id = pulls.pull_request_id
    inner join {{ ref('int_repositories') }} as repositories on catches.repository_id = repositories.repository_id
    where catches.counts_mid
),

bounded as (
    -- A clock that went wrong may tell of a red verdict before the opening.
    select *, least(hours_low, hours_high) as least_hours, greatest(hours_low, hours_high) as most_hours from caught
),

incidents as (
    select
        incidents.*,
        {{ utc_date('incidents.detected_at') }} as detected_on,
        {{ minutes_between('pulls.merged_at', 'incidents.detected_at') }} / 60.0 as hours_unnoticed,
        {{ incident_source_record('incidents') }},
        coalesce(incidents.issue_key, incidents.incident_id) as incident_name
    from {{ ref('fct_incidents') }} as incidents
    left join {{ ref('fct_pull_requests') }} as pulls
        on incidents.causing_pull_request_id = pulls.pull_request_id and incidents.cause_link_strength in ('declared', 'resolved')
    where incidents.detected_at is not null
)

{% set incident = {
    'member_id': "'incident|' || incident_id", 'observed_on': 'detected_on', 'project_id': 'project_id', 'subject_name': 'incident_name',
    'source_system': 'source_system', 'source_kind': 'source_kind', 'source_record_id': 'source_record_id', 'source_url': 'source_url',
} %}
{{ kpi_members('K03', 'bounded', {
    'member_id': "'catch|' || gate_catch_id", 'observed_on': 'red_on', 'project_id': 'project_id', 'artifact_id': 'artifact_id',
    'subject_name': 'change_name', 'value_low': 'least_hours', 'value_mid': '(least_hours + most_hours) / 2.0', 'value_high': 'most_hours',
    'source_system': "'github'", 'source_kind': "'pull_requests'", 'source_record_id': 'pull_request_id', 'source_url': 'source_url',
}) }}
union all
{{ kpi_members('K03', 'incidents', dict(incident, value='hours_unnoticed'), 'hours_unnoticed >= 0') }}
union all
{{ kpi_members('K18', 'incidents', dict(
    incident, value="case eval_attributable when 'yes' then 1 when 'no' then 0 end",
    weight="case when eval_attributable in ('yes', 'no') then 1 else 0 end", n_excluded="case when eval_attributable in ('yes', 'no') then 0 else 1 end"
)) }}
