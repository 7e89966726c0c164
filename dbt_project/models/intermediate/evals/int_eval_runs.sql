-- Eval runs with where they belong, who ran them, what ran them and what came out.
select
    runs.run_id as eval_run_id,
    runs.kind,
    runs.native_run_id,
    runs.task_name,
    runs.task_version,
    runs.harness_name,
    runs.harness_version,
    harnesses.artifact_id as harness_artifact_id,
    projects.project_id,
    located.project_how,
    located.repository_id,
    commits.git_sha,
    commits.git_sha_how,
    claimed.git_is_dirty,
    claimed.ci_run_id,
    claimed.ci_run_attempt,
    claimed.pull_request_number,
    people.person_id,
    coalesce(people.person_how, 'unresolved') as person_how,
    runs.started_at,
    runs.ended_at,
    runs.status,
    runs.model_provider,
    runs.model_name,
    runs.answered_model,
    runs.dataset_version_id,
    runs.dataset_name,
    runs.prompt_sha,
    runs.n_samples,
    scored.n_scored,
    runs.n_unscored,
    runs.n_errors,
    scored.primary_metric,
    scored.primary_value,
    scored.threshold,
    scored.is_passed,
    runs.cost_usd,
    runs.tokens_in,
    runs.tokens_out,
    runs.wall_seconds,
    runs._source_url as source_url
from {{ ref('stg_evals__runs') }} as runs
inner join {{ ref('int_eval_runs_claimed') }} as claimed on runs.run_id = claimed.run_id
inner join {{ ref('int_eval_runs_located') }} as located on runs.run_id = located.run_id
inner join {{ ref('int_eval_runs_at_commits') }} as commits on runs.run_id = commits.run_id
inner join {{ ref('int_eval_runs_scored') }} as scored on runs.run_id = scored.run_id
left join {{ ref('int_eval_runs_people') }} as people on runs.run_id = people.run_id
left join {{ ref('int_eval_runs_harnesses') }} as harnesses on runs.run_id = harnesses.run_id
left join {{ ref('int_repository_projects') }} as projects on located.repository_id = projects.repository_id
