select
    {{ stable_hash(['metrics.run_id', 'metrics.scorer', 'metrics.metric', 'metrics.slice', 'metrics.variant']) }} as eval_metric_id,
    metrics.run_id as eval_run_id,
    metrics.scorer,
    metrics.metric,
    metrics.slice,
    metrics.variant,
    metrics.value,
    -- Of one sample there is none, and of samples that all came out alike it is not known, though tools report a zero.
    case when metrics.n > 1 and metrics.stderr > 0 then metrics.stderr end as stderr,
    metrics.n,
    metrics.higher_is_better,
    metrics.threshold,
    metrics.passed as is_passed,
    metrics.judge_model,
    metrics.judge_prompt_sha,
    metrics.reducer,
    coalesce(judges.judge_state, 'no_judge') as judge_state
from {{ ref('int_eval_metrics') }} as metrics
left join {{ ref('int_eval_judges') }} as judges on metrics.run_id = judges.run_id and metrics.scorer = judges.scorer
