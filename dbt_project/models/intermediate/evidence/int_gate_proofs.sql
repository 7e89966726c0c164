-- What a gate's record stands on: the caught changes with the jobs and eval runs of their red and green heads, the latest run of each
-- project, and the workflow files that declare it. Every run stands in core.fct_gate_runs.
with caught as (
    select
        c.*,
        t.period_id,
        case when c.counts_low then 1 when c.counts_mid then 4 when c.counts_high then 7 else 10 end as priority
    from {{ ref('fct_gate_catches') }} as c
    inner join {{ ref('int_periods') }} as t
        on
            {{ utc_date('coalesce(c.closed_at, c.green_at, c.red_at)') }} >= t.period_start
            and {{ utc_date('coalesce(c.closed_at, c.green_at, c.red_at)') }} < t.period_end
    where c.artifact_id is not null
),

heads as (
    select c.artifact_id, c.period_id, c.priority, g.job_id, g.eval_run_id
    from caught as c
    inner join {{ ref('fct_gate_runs') }} as g
        on c.repository_id = g.repository_id and c.gate = g.gate and g.head_sha in (c.last_red_sha, c.green_sha)
),

latest_runs as (
    select
        j.artifact_id,
        j.period_id,
        j.source_system,
        j.source_kind,
        j.source_record_id,
        row_number() over (partition by j.artifact_id, j.period_id, j.project_id order by j.first_seen_at desc, j.ledger_id) as position
    from {{ ref('int_evidence_judged') }} as j
    where j.channel = 'run_reusable'
)

select artifact_id, period_id, priority, 'github' as source_system, 'pull_requests' as source_kind, cast(pull_request_id as varchar) as source_record_id
from caught
union all
select artifact_id, period_id, priority + 1, 'github', 'workflow_jobs', cast(job_id as varchar)
from heads
union all
select artifact_id, period_id, priority + 2, 'evals', 'runs', eval_run_id
from heads
union all
select artifact_id, period_id, 20, source_system, source_kind, source_record_id
from latest_runs
where position = 1
union all
select artifact_id, period_id, 21, source_system, source_kind, source_record_id
from {{ ref('int_evidence_judged') }}
where channel = 'uses_decl' and coverage > 0
