-- Landed changes to prompts and rubrics, with what their sentence needs: the scores before and after, where both were measured with the
-- same ruler and answered by the same model, and the boxes ticked and missing.
with comparisons as (
    select
        *,
        -- What another model answers is no effect of the prompt.
        case
            when comparability = 'comparable' and model_change in ('asked_for_another', 'answered_by_another') then 'model_changed'
            else comparability
        end as prompt_comparability
    from {{ ref('fct_eval_comparisons') }}
    where slice = ''
),

changes as (
    select
        c.*,
        coalesce(c.n_failed_confirmed, 0) as n_confirmed,
        coalesce(c.n_failed_possible, 0) as n_possible,
        case when compared.prompt_comparability = 'comparable' then before.primary_value end as value_before,
        case when compared.prompt_comparability = 'comparable' then after.primary_value end as value_after,
        after.primary_metric as metric_name,
        compared.prompt_comparability as comparability,
        compared.n_common,
        compared.n_better,
        compared.n_worse,
        compared.p_value,
        compared.judge_state
    from {{ ref('fct_prompt_changes') }} as c
    left join {{ ref('fct_eval_runs') }} as before on c.eval_run_before_id = before.eval_run_id
    left join {{ ref('fct_eval_runs') }} as after on c.eval_run_after_id = after.eval_run_id
    left join comparisons as compared
        on c.eval_run_before_id = compared.run_before_id and c.eval_run_after_id = compared.eval_run_id
    where c.landed_at is not null
)

select
    *,
    case kind when 'rubric' then 'rubric' when 'agent_instructions' then 'agent instructions' else 'prompt' end
    || case when symbol is not null then ' in code (inferred from its name)' else '' end as noun,
    path || coalesce(' (' || symbol || ')', '') || coalesce(' (version ' || cast(version as varchar) || ' in a registry)', '') as place,
    -- Three before commas are cut off again: a list in words without knowing how long it is.
    substr(
        case when has_linked_issue then ', a linked issue' else '' end
        || case when has_stated_reason then ', a stated reason' else '' end
        || case when has_eval_before_after then ', eval runs before and after' else '' end
        || case when has_alternatives then ', alternatives tried' else '' end, 3
    ) as ticked,
    substr(
        case when not has_linked_issue then ', a linked issue' else '' end
        || case when not has_stated_reason then ', a stated reason' else '' end
        || case when not has_eval_before_after then ', eval runs before and after' else '' end
        || case when not has_alternatives then ', alternatives tried' else '' end, 3
    ) as missing,
    case when has_linked_issue then 1 else 0 end + case when has_stated_reason then 1 else 0 end
    + case when has_eval_before_after then 1 else 0 end + case when has_alternatives then 1 else 0 end as n_ticked
from changes
