-- What each attempt of each check says about the change. Green is not enough: it must have scored something; and red is not enough
-- where the judge may have drifted.
with attempts as (
    select
        attempts.*,
        artifacts.artifact_id,
        artifacts.artifact_ref_sha,
        evals.eval_run_id,
        evals.n_scored,
        evals.is_passed as is_eval_passed,
        coalesce(evals.is_dirty, false) as is_eval_dirty,
        drifts.eval_run_id is not null as is_judge_drift_suspected,
        bool_or(attempts.has_eval_step or artifacts.artifact_id is not null or evals.eval_run_id is not null)
            over (partition by attempts.repository_id, attempts.gate) as is_eval_gate
    from {{ ref('int_check_attempts') }} as attempts
    left join {{ ref('int_check_artifacts') }} as artifacts on attempts.check_run_id = artifacts.check_run_id
    left join {{ ref('int_check_evals') }} as evals on attempts.check_run_id = evals.check_run_id
    left join {{ ref('int_judge_drifts') }} as drifts on evals.eval_run_id = drifts.eval_run_id
),

judged as (
    select
        *,
        case
            when conclusion is null or status != 'completed' then 'pending'
            when conclusion in ('skipped', 'neutral') then 'not_exercised'
            when conclusion = 'success' and n_scored = 0 then 'scored_nothing'
            when conclusion = 'success' and has_eval_step and not eval_step_ran then 'not_exercised'
            when conclusion = 'success' then 'passed'
            when conclusion != 'failure' then 'infra_failure'
            when n_scored = 0 or is_judge_drift_suspected then 'infra_failure'
            when is_eval_gate and eval_step_failed and has_eval_step then 'failed'
            when not is_eval_gate and work_step_failed then 'failed'
            else 'infra_failure'
        end as verdict
    from attempts
)

select
    *,
    case
        when verdict != 'infra_failure' then null
        when conclusion != 'failure' then conclusion
        when n_scored = 0 then 'scored_nothing'
        when is_judge_drift_suspected then 'judge_drift_suspected'
        else 'before_the_evals'
    end as infra_reason
from judged
