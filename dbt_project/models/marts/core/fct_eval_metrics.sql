select
    {{ stable_hash(['run_id', 'scorer', 'metric', 'slice', 'variant']) }} as eval_metric_id,
    run_id as eval_run_id,
    scorer,
    metric,
    slice,
    variant,
    value,
    stderr,
    n,
    higher_is_better,
    threshold,
    passed as is_passed,
    judge_model,
    judge_prompt_sha,
    reducer
from {{ ref('int_eval_metrics') }}
