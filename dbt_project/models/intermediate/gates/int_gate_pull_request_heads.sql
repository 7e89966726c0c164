-- Heads of closed pull requests under the eval gates that their base branch requires, each with its state.
select
    pulls.pull_request_id,
    pulls.repository_id,
    states.gate,
    heads.head_sha,
    heads.position,
    states.artifact_id,
    states.head_state,
    states.n_infra,
    states.first_started_at,
    states.last_started_at,
    states.failed_at,
    states.passed_at,
    states.failed_eval_run_id,
    states.passed_eval_run_id,
    states.is_below_threshold,
    states.is_above_threshold,
    states.source_url,
    -- What was merged: the branch's last head, or the merge queue's trial of it.
    heads.head_sha = pulls.head_sha or heads.is_merge_group as is_final
from {{ ref('stg_github__pull_requests') }} as pulls
inner join {{ ref('int_pull_request_heads') }} as heads on pulls.pull_request_id = heads.pull_request_id
inner join {{ ref('int_gate_head_states') }} as states
    on heads.repository_id = states.repository_id and heads.head_sha = states.head_sha and states.is_eval_gate
inner join {{ ref('int_gates_required') }} as required
    on
        pulls.repository_id = required.repository_id
        and pulls.base_ref = required.branch
        and states.gate = required.gate
        and (required.app_id is null or states.app_id is null or required.app_id = states.app_id)
where pulls.closed_at is not null
