-- What changes of prompts and of models did to the evals: the score of the run before and of the run after, on one dataset and with one judge.
-- Two runs are no experiment, so there is an observed difference and no effect.
with changes as (
    select
        project_id, 'prompt_change' as change_kind, prompt_change_id as change_id,
        path || coalesce(' (' || symbol || ')', '') as change_name,
        kind = 'rubric' as is_ruler, eval_run_before_id, eval_run_after_id, landed_at as changed_at, source_url
    from {{ ref('fct_prompt_changes') }}
    where landed_at is not null
    union all
    select
        projects.project_id, 'model_switch', switches.model_switch_id, switches.from_model || ' to ' || switches.to_model,
        false, pairs.run_before_id, pairs.eval_run_id, switches.switched_at, switches.source_url
    from {{ ref('fct_model_switches') }} as switches
    left join {{ ref('int_repository_projects') }} as projects on switches.repository_id = projects.repository_id
    left join {{ ref('int_model_switch_runs') }} as pairs
        on switches.model_switch_id = pairs.model_switch_id and pairs.comparability = 'comparable'
),

judges as (
    select run_id as eval_run_id, scorer || '/' || metric as metric_name, max(coalesce(judge_model, '') || '|' || coalesce(judge_prompt_sha, '')) as judge
    from {{ ref('int_eval_metrics') }}
    group by run_id, scorer || '/' || metric
)

select
    changes.project_id,
    changes.change_kind,
    changes.change_id,
    changes.change_name,
    coalesce(former.task_name || '|' || later.eval_run_id, '') as pair_key,
    later.primary_metric as metric_name,
    'score of the metric' as unit,
    former.primary_value as value_before,
    later.primary_value as value_after,
    'eval_runs' as basis,
    case
        when changes.is_ruler then 'ruler_changed'
        when former.eval_run_id is null or later.eval_run_id is null then 'no_runs_before_and_after'
        when changes.change_kind = 'prompt_change' and coalesce(former.model_name, '') <> coalesce(later.model_name, '') then 'model_changed'
        when coalesce(former.primary_metric, '') <> coalesce(later.primary_metric, '') then 'metric_changed'
        when coalesce(judge_before.judge, '') <> coalesce(judge_after.judge, '') then 'judge_changed'
        when former.primary_value is null or later.primary_value is null then 'no_levels_on_record'
    end as not_observed_reason,
    -- Without a pair there is no window but the moment of the change.
    case when later.eval_run_id is not null then coalesce(former.started_at, changes.changed_at) else changes.changed_at end as window_from,
    case when former.eval_run_id is not null then coalesce(later.started_at, changes.changed_at) else changes.changed_at end as window_to,
    former.eval_run_id as record_before_id,
    later.eval_run_id as record_after_id,
    coalesce(later.source_url, changes.source_url) as source_url
from changes
left join {{ ref('fct_eval_runs') }} as former on changes.eval_run_before_id = former.eval_run_id
left join {{ ref('fct_eval_runs') }} as later on changes.eval_run_after_id = later.eval_run_id
left join judges as judge_before on former.eval_run_id = judge_before.eval_run_id and former.primary_metric = judge_before.metric_name
left join judges as judge_after on later.eval_run_id = judge_after.eval_run_id and later.primary_metric = judge_after.metric_name
