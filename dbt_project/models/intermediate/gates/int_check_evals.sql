-- Eval runs behind a check attempt: those of the same CI run and attempt, held against the jobs that evaluate.
with evals as (
    select claimed.ci_run_id, claimed.ci_run_attempt, claimed.git_is_dirty, scored.*, runs.status
    from {{ ref('int_eval_runs_claimed') }} as claimed
    inner join {{ ref('int_eval_runs_scored') }} as scored on claimed.run_id = scored.run_id
    inner join {{ ref('stg_evals__runs') }} as runs on claimed.run_id = runs.run_id
    where claimed.ci_run_id is not null
)

select
    attempts.check_run_id,
    -- The run that explains the verdict: one below its threshold before one above it.
    min_by(evals.run_id, case evals.is_passed when false then '0' when true then '1' else '2' end || evals.run_id) as eval_run_id,
    sum(evals.n_scored) as n_scored,
    bool_and(evals.is_passed) as is_passed,
    bool_or(evals.git_is_dirty) as is_dirty
from {{ ref('int_check_attempts') }} as attempts
inner join evals on attempts.run_id = evals.ci_run_id and attempts.run_attempt = evals.ci_run_attempt
where attempts.has_eval_step
group by attempts.check_run_id
