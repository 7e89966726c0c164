-- Which artifact a check attempt executed. A run names its reusable workflows, not the jobs that they became: those are the
-- jobs called `caller / called`, and in runs without such names the jobs that evaluate.
with attempts as (
    select
        *,
        gate like '% / %' as is_called,
        bool_or(gate like '% / %') over (partition by run_id, run_attempt) as run_has_called
    from {{ ref('int_check_attempts') }}
    where run_id is not null
)

select
    attempts.check_run_id,
    min(executed.artifact_id) as artifact_id,
    min_by(executed.ref_sha, executed.artifact_id) as artifact_ref_sha
from attempts
inner join {{ ref('int_workflow_run_artifacts') }} as executed
    on attempts.run_id = executed.run_id and attempts.run_attempt = executed.run_attempt
where attempts.is_called or (attempts.has_eval_step and not attempts.run_has_called)
group by attempts.check_run_id
