with heads as (
    -- A head can belong to several pull requests (stacked branches): the earliest one names it.
    select
        heads.repository_id,
        heads.head_sha,
        {{ earliest('pulls.pull_request_id', 'pulls.created_at') }} as pull_request_id
    from {{ ref('int_pull_request_heads') }} as heads
    inner join {{ ref('stg_github__pull_requests') }} as pulls on heads.pull_request_id = pulls.pull_request_id
    group by heads.repository_id, heads.head_sha
),

accounts as (
    select account, person_id from {{ ref('int_accounts_resolved') }} where system = 'github'
),

checks as (
    select
        verdicts.*,
        states.head_state,
        pulls.pull_request_id,
        coalesce(asked.is_required, pulls.pull_request_id is null and required.gate is not null) as is_required,
        case when pulls.pull_request_id is null then required.required_how else asked.required_how end as required_how,
        case
            when
                asked.is_required and states.head_state in ('red', 'flaky_red', 'infra_red')
                and pulls.merged_at is not null and pulls.head_sha = verdicts.head_sha
                then mergers.person_id
        end as overridden_by_person_id
    from {{ ref('int_check_verdicts') }} as verdicts
    inner join {{ ref('int_gate_head_states') }} as states
        on
            verdicts.repository_id = states.repository_id
            and verdicts.gate = states.gate
            and verdicts.reporter = states.reporter
            and verdicts.head_sha = states.head_sha
    left join heads on verdicts.repository_id = heads.repository_id and verdicts.head_sha = heads.head_sha
    left join {{ ref('stg_github__pull_requests') }} as pulls on heads.pull_request_id = pulls.pull_request_id
    left join {{ ref('int_repositories') }} as repositories on verdicts.repository_id = repositories.repository_id
    left join {{ ref('int_gates_asked') }} as asked
        on
            pulls.pull_request_id = asked.pull_request_id
            and verdicts.gate = asked.gate
            and (asked.app_id is null or verdicts.app_id is null or asked.app_id = verdicts.app_id)
    left join {{ ref('int_gates_required') }} as required
        on
            verdicts.repository_id = required.repository_id
            and verdicts.gate = required.gate
            and repositories.default_branch = required.branch
            and (required.app_id is null or verdicts.app_id is null or required.app_id = verdicts.app_id)
    left join accounts as mergers on cast(pulls.merged_by_id as varchar) = mergers.account
)

select
    checks.gate_run_id,
    checks.repository_id,
    projects.project_id,
    checks.pull_request_id,
    checks.gate,
    checks.reporter,
    checks.head_sha,
    checks.run_id,
    checks.run_attempt,
    checks.job_id,
    checks.is_eval_gate,
    checks.is_required,
    checks.required_how,
    checks.conclusion,
    checks.head_state,
    checks.verdict,
    checks.infra_reason,
    case when checks.eval_run_id is not null then cast(checks.n_scored as bigint) end as scored_n,
    checks.eval_run_id,
    checks.is_required and checks.verdict in ('failed', 'infra_failure') as is_blocking,
    checks.overridden_by_person_id,
    checks.artifact_id,
    checks.artifact_ref_sha,
    checks.started_at,
    checks.completed_at,
    {{ minutes_between('checks.started_at', 'checks.completed_at') }} as minutes,
    checks.source_url
from checks
left join {{ ref('int_repository_projects') }} as projects on checks.repository_id = projects.repository_id
