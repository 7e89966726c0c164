-- Heads of closed pull requests under the eval gates that are required of them, or of which nobody knows whether they were. Where a
-- check and a commit status of one name are both asked for, the head is as bad as the worse of them.
with states as (
    select
        *,
        {{ gate_badness('head_state') }} as badness
    from {{ ref('int_gate_head_states') }}
    where is_eval_gate
),

reported as (
    select
        pulls.pull_request_id,
        pulls.repository_id,
        states.gate,
        heads.head_sha,
        heads.position,
        heads.pushed_at,
        heads.is_merge_group,
        -- What was merged: the branch's last head, or the merge queue's trial of it.
        heads.head_sha = pulls.head_sha or heads.is_merge_group as is_final,
        heads.is_pushed_while_draft and not (pulls.merged_at is not null and heads.head_sha = pulls.head_sha) as is_draft_head,
        required.is_required,
        states.artifact_id,
        states.head_state,
        states.badness,
        states.n_infra,
        states.infra_reason,
        states.first_started_at,
        states.last_started_at,
        states.first_failed_at,
        states.failed_at,
        states.passed_at,
        states.failed_eval_run_id,
        states.passed_eval_run_id,
        states.is_below_threshold,
        states.is_above_threshold,
        states.source_url
    from {{ ref('stg_github__pull_requests') }} as pulls
    inner join {{ ref('int_pull_request_heads') }} as heads on pulls.pull_request_id = heads.pull_request_id
    inner join states on heads.repository_id = states.repository_id and heads.head_sha = states.head_sha
    inner join {{ ref('int_gates_asked') }} as required
        on
            pulls.pull_request_id = required.pull_request_id
            and states.gate = required.gate
            and (required.app_id is null or states.app_id is null or required.app_id = states.app_id)
    where pulls.closed_at is not null and coalesce(required.is_required, true)
),

heads as (
    select
        pull_request_id,
        gate,
        head_sha,
        min(repository_id) as repository_id,
        max(position) as position,
        min(coalesce(pushed_at, first_started_at)) as pushed_at,
        bool_or(is_merge_group) as is_merge_group,
        bool_or(is_final) as is_final,
        bool_or(is_draft_head) as is_draft_head,
        bool_and(is_required) as is_required,
        min(artifact_id) as artifact_id,
        {{ earliest('head_state', 'badness') }} as head_state,
        sum(n_infra) as n_infra,
        {{ latest('infra_reason', 'last_started_at') }} as infra_reason,
        min(first_started_at) as first_started_at,
        max(last_started_at) as last_started_at,
        min(first_failed_at) as first_failed_at,
        max(failed_at) as failed_at,
        max(passed_at) as passed_at,
        min(failed_eval_run_id) as failed_eval_run_id,
        min(passed_eval_run_id) as passed_eval_run_id,
        bool_or(is_below_threshold) as is_below_threshold,
        bool_or(is_above_threshold) as is_above_threshold,
        {{ earliest('source_url', 'badness') }} as source_url
    from reported
    group by pull_request_id, gate, head_sha
)

-- A trial of the merge queue tries the branch's head of its time.
select
    heads.*,
    case
        when heads.is_merge_group
            then (
                select {{ latest('own.head_sha', 'own.first_started_at') }}
                from heads as own
                where
                    own.pull_request_id = heads.pull_request_id and own.gate = heads.gate
                    and not own.is_merge_group and own.first_started_at <= heads.first_started_at
            )
        else heads.head_sha
    end as branch_sha
from heads
