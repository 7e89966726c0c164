-- K14: minutes from the push of a head, else from the start of the run, to the verdict of an eval gate. First attempts only: a retry
-- starts long after the push.
with runs as (
    select
        runs.*,
        {{ utc_date('runs.completed_at') }} as completed_on,
        case when runs.job_id is not null then 'workflow_jobs' else 'check_runs' end as source_kind,
        coalesce(cast(runs.job_id as varchar), runs.gate_run_id) as source_record_id,
        {{ minutes_between('least(coalesce(heads.pushed_at, runs.started_at), runs.started_at)', 'runs.completed_at') }} as minutes_waited
    from {{ ref('fct_gate_runs') }} as runs
    left join {{ ref('int_pull_request_heads') }} as heads
        on runs.pull_request_id = heads.pull_request_id and runs.head_sha = heads.head_sha
    where runs.is_eval_gate and runs.verdict in ('passed', 'failed') and coalesce(runs.run_attempt, 1) = 1 and runs.completed_at is not null
)

{{ kpi_members('K14', 'runs', {
    'member_id': 'gate_run_id', 'observed_on': 'completed_on', 'project_id': 'project_id', 'artifact_id': 'artifact_id', 'subject_name': 'gate',
    'value': 'minutes_waited', 'source_system': "'github'", 'source_kind': 'source_kind', 'source_record_id': 'source_record_id',
    'source_url': 'source_url',
}) }}
