-- Runs whose answers name another model than those of the last run that asked the same model about the same task: what the vendor keeps
-- behind the name changed in between. Runs whose answers name nothing are passed over.
with answered as (
    select
        eval_run_id,
        answered_key,
        lag(eval_run_id) over suite as run_before_id,
        lag(answered_key) over suite as answered_key_before
    from {{ ref('int_eval_run_rulers') }}
    where answered_key is not null and repository_id is not null and task_name is not null and started_at is not null and not git_is_dirty
    window suite as (partition by kind, repository_id, task_name, model_key order by started_at, eval_run_id)
)

select run_before_id, eval_run_id from answered
where answered_key <> answered_key_before
