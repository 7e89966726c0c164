-- K20 and K23: teams that ran evals; people who contributed to an artifact, and projects that took one up, for the first time.
with runs as (
    select
        runs.eval_run_id,
        runs.task_name,
        runs.project_id,
        runs.harness_artifact_id,
        {{ utc_date('runs.started_at') }} as started_on,
        runs.source_url,
        coalesce(min(spells.team), min(projects.owner_team)) as team
    from {{ ref('fct_eval_runs') }} as runs
    left join {{ ref('dim_people_history') }} as spells
        on
            runs.person_id = spells.person_id
            and {{ utc_date('runs.started_at') }} >= spells.valid_from
            and ({{ utc_date('runs.started_at') }} < spells.valid_to or spells.valid_to is null)
    left join {{ ref('dim_projects') }} as projects on runs.project_id = projects.project_id
    where runs.started_at is not null
    group by runs.eval_run_id, runs.task_name, runs.project_id, runs.harness_artifact_id, runs.started_at, runs.source_url
),

teams as (
    select *, min(started_on) over (partition by team) < started_on as is_return
    from runs
    where team is not null
),

hosts as (
    select project_id, min(artifact_id) as artifact_id
    from {{ ref('dim_artifacts') }}
    where project_id is not null
    group by project_id
),

contributions as (
    select
        pulls.*,
        hosts.artifact_id,
        repositories.full_name || '#' || cast(pulls.number as varchar) as change_name,
        {{ utc_date('pulls.merged_at') }} as merged_on,
        row_number() over (partition by pulls.project_id, pulls.author_person_id order by pulls.merged_at, pulls.pull_request_id) as place
    from {{ ref('fct_pull_requests') }} as pulls
    inner join hosts on pulls.project_id = hosts.project_id
    inner join {{ ref('int_repositories') }} as repositories on pulls.repository_id = repositories.repository_id
    where pulls.merged_at is not null and pulls.author_person_id is not null and pulls.author_kind = 'human'
),

adoptions as (
    select adoptions.*, facts.source_system, facts.source_kind, facts.source_record_id, artifacts.name as artifact_name
    from {{ ref('fct_adoptions') }} as adoptions
    inner join {{ ref('int_evidence_ledger') }} as facts on adoptions.ledger_id = facts.ledger_id
    left join {{ ref('dim_artifacts') }} as artifacts on adoptions.artifact_id = artifacts.artifact_id
)

{{ kpi_members('K20', 'teams', dict(
    kpi_run_fields(), value_low='cast(is_return as integer)', value_mid='1', value_high='1', counted_key='team'
)) }}
union all
{{ kpi_members('K23', 'contributions', {
    'member_id': "'contribution|' || cast(pull_request_id as varchar)", 'observed_on': 'merged_on', 'project_id': 'project_id',
    'artifact_id': 'artifact_id', 'subject_name': 'change_name', 'value': '1', 'counted_key': "'contribution|' || cast(pull_request_id as varchar)",
    'source_system': "'github'", 'source_kind': "'pull_requests'", 'source_record_id': 'pull_request_id', 'source_url': 'source_url',
}, 'place = 1') }}
union all
{{ kpi_members('K23', 'adoptions', {
    'member_id': "'adoption|' || adoption_id", 'observed_on': 'adopted_on', 'project_id': 'project_id', 'artifact_id': 'artifact_id',
    'subject_name': 'artifact_name', 'value': '1', 'counted_key': "'adoption|' || adoption_id", 'source_system': 'source_system',
    'source_kind': 'source_kind', 'source_record_id': 'source_record_id', 'source_url': 'url',
}) }}
