-- Changes of the model behind a name, each as the runs of one task saw it, with what became of the cases that both runs scored.
with fallen as (
    select run_before_id, eval_run_id, {{ distinct_list('slice') }} as slices_regressed
    from {{ ref('fct_eval_comparisons') }}
    where slice <> '' and is_regressed
    group by run_before_id, eval_run_id
)

select
    {{ stable_hash(['drifts.run_before_id', 'drifts.eval_run_id']) }} as model_drift_id,
    later.project_id,
    later.repository_id,
    later.task_name,
    later.model_name,
    earlier.answered_model as answered_before,
    later.answered_model as answered_after,
    earlier.started_at as last_seen_at,
    later.started_at as first_seen_at,
    drifts.run_before_id,
    drifts.eval_run_id,
    case
        when earlier.git_sha = later.git_sha then 'same_commit'
        when earlier.git_sha <> later.git_sha then 'other_commit'
        else 'not_known'
    end as repository_change,
    compared.state,
    compared.not_observed_reason,
    compared.n_common,
    compared.n_better,
    compared.n_worse,
    compared.net_low,
    compared.net_mid,
    compared.net_high,
    compared.p_value,
    compared.is_regressed,
    coalesce(fallen.slices_regressed, {{ list_of([]) }}) as slices_regressed,
    later.source_url
from {{ ref('int_model_drifts') }} as drifts
inner join {{ ref('fct_eval_runs') }} as earlier on drifts.run_before_id = earlier.eval_run_id
inner join {{ ref('fct_eval_runs') }} as later on drifts.eval_run_id = later.eval_run_id
inner join {{ ref('fct_eval_comparisons') }} as compared
    on drifts.run_before_id = compared.run_before_id and drifts.eval_run_id = compared.eval_run_id and compared.slice = ''
left join fallen on drifts.run_before_id = fallen.run_before_id and drifts.eval_run_id = fallen.eval_run_id
