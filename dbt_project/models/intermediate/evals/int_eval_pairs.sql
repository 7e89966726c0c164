-- Which runs are held against which earlier one: after a change of a prompt, after a switch of the model, when another model answers than
-- before, and each run of a project's main against the one before it. Other cases, another scorer or another judge in between is a
-- different ruler.
with pairs as (
    select eval_run_before_id as run_before_id, eval_run_after_id as eval_run_id
    from {{ ref('int_prompt_evals') }}
    where eval_run_before_id is not null
    union
    select run_before_id, eval_run_id from {{ ref('int_model_switch_runs') }}
    union
    select run_before_id, eval_run_id from {{ ref('int_model_drifts') }}
    union
    select
        lag(eval_run_id) over (partition by kind, repository_id, task_name order by started_at, eval_run_id),
        eval_run_id
    from {{ ref('int_eval_run_rulers') }}
    where not git_is_dirty and pull_request_number is null and repository_id is not null and task_name is not null and started_at is not null
)

select
    pairs.run_before_id,
    pairs.eval_run_id,
    {{ comparability('earlier', 'later') }} as comparability,
    {{ model_change('earlier', 'later') }} as model_change
from pairs
inner join {{ ref('int_eval_run_rulers') }} as earlier on pairs.run_before_id = earlier.eval_run_id
inner join {{ ref('int_eval_run_rulers') }} as later on pairs.eval_run_id = later.eval_run_id
