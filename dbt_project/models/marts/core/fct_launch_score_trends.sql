{%- set same_model = 'earlier.model_name = later.model_name and coalesce(earlier.answered_key = later.answered_key, true)' -%}
-- Scores before a launch and in the weeks after it, only where judge, rubric, dataset and scorer are the same. With the same model a fall
-- is drift; with another model and the same prompt it is what the model's upgrade did, also where the vendor made it behind one name.
with scores as (
    select
        runs.launch_id, runs.side, runs.task_name, runs.dataset_version_id, runs.model_name, runs.answered_key, runs.prompt_sha,
        metrics.scorer, metrics.metric, metrics.slice, metrics.variant, metrics.judge_model, metrics.judge_prompt_sha, metrics.reducer,
        bool_and(coalesce(metrics.higher_is_better, true)) as higher_is_better,
        sum(metrics.value * metrics.n) / sum(metrics.n) as value,
        -- Items, not scores: an item that is run twice tells little more than once.
        max(metrics.n) as n
    from {{ ref('int_launch_runs') }} as runs
    inner join {{ ref('int_eval_metrics') }} as metrics on runs.eval_run_id = metrics.run_id
    where metrics.value between 0 and 1 and metrics.n > 0 and runs.dataset_version_id is not null
    group by
        runs.launch_id, runs.side, runs.task_name, runs.dataset_version_id, runs.model_name, runs.answered_key, runs.prompt_sha,
        metrics.scorer, metrics.metric, metrics.slice, metrics.variant, metrics.judge_model, metrics.judge_prompt_sha, metrics.reducer
),

pairs as (
    select
        earlier.*,
        later.model_name as model_after,
        later.answered_key as answered_after,
        later.prompt_sha as prompt_sha_after,
        later.value as value_after,
        later.n as n_after,
        case when {{ same_model }} then 'eval_drift' else 'prompt_rot' end as decay,
        case when earlier.higher_is_better then earlier.value - later.value else later.value - earlier.value end as fall,
        -- The standard error of a difference of two shares under no difference; means of other values between 0 and 1 vary less.
        sqrt(
            (earlier.value * earlier.n + later.value * later.n) / (earlier.n + later.n)
            * (1 - (earlier.value * earlier.n + later.value * later.n) / (earlier.n + later.n))
            * (1.0 / earlier.n + 1.0 / later.n)
        ) as stderr
    from scores as earlier
    inner join scores as later
        on
            earlier.launch_id = later.launch_id
            and earlier.side = 'before'
            and later.side = 'after'
            and earlier.task_name = later.task_name
            and earlier.dataset_version_id = later.dataset_version_id
            and earlier.scorer = later.scorer
            and earlier.metric = later.metric
            and earlier.slice = later.slice
            and earlier.variant = later.variant
            and earlier.judge_model is not distinct from later.judge_model
            and earlier.judge_prompt_sha is not distinct from later.judge_prompt_sha
            and earlier.reducer is not distinct from later.reducer
            and ({{ same_model }} or earlier.prompt_sha is not distinct from later.prompt_sha)
    where earlier.model_name is not null and later.model_name is not null
),

bounds as (
    select
        {{ policy_threshold('decay_score_fall') }} as least_fall,
        {{ policy_threshold('decay_z') }} as z,
        {{ policy_threshold('decay_fewest_items') }} as fewest
)

select
    {{ stable_hash([
        'pairs.launch_id', 'pairs.task_name', 'pairs.dataset_version_id', 'pairs.scorer', 'pairs.metric', 'pairs.slice', 'pairs.variant',
        'pairs.judge_model', 'pairs.judge_prompt_sha', 'pairs.reducer', 'pairs.model_name', 'pairs.answered_key', 'pairs.prompt_sha', 'pairs.model_after',
        'pairs.answered_after', 'pairs.prompt_sha_after'
    ]) }} as launch_score_trend_id,
    pairs.launch_id,
    pairs.decay,
    pairs.task_name,
    pairs.dataset_version_id,
    pairs.scorer,
    pairs.metric,
    pairs.slice,
    pairs.variant,
    pairs.judge_model,
    pairs.judge_prompt_sha,
    pairs.model_name as model_before,
    pairs.model_after,
    pairs.answered_key as answered_before,
    pairs.answered_after,
    cast(pairs.n as bigint) as n_before,
    cast(pairs.n_after as bigint) as n_after,
    pairs.value as value_before,
    pairs.value_after,
    pairs.fall,
    greatest(bounds.least_fall, bounds.z * pairs.stderr) as fall_needed,
    least(pairs.n, pairs.n_after) >= bounds.fewest as is_measurable,
    least(pairs.n, pairs.n_after) >= bounds.fewest and pairs.fall > greatest(bounds.least_fall, bounds.z * pairs.stderr) as has_fallen
from pairs
cross join bounds
