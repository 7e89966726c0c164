-- What a gate did for a pull request. A catch needs a red verdict of the evals, a later green one, and a fix of the change
-- itself; everything else is a fact about the gate, not a catch.
with gated as (
    select
        gated.*,
        pulls.merged_at,
        pulls.closed_at,
        fixes.is_rebaselined,
        fixes.is_base_only,
        coalesce(fixes.is_fix_seen, false) as is_fix_seen,
        red.is_below_threshold,
        green.is_above_threshold,
        green.head_state as green_state
    from {{ ref('int_gate_pull_requests') }} as gated
    inner join {{ ref('stg_github__pull_requests') }} as pulls on gated.pull_request_id = pulls.pull_request_id
    left join {{ ref('int_gate_fixes') }} as fixes on gated.pull_request_id = fixes.pull_request_id and gated.gate = fixes.gate
    left join {{ ref('int_gate_pull_request_heads') }} as red
        on gated.pull_request_id = red.pull_request_id and gated.gate = red.gate and gated.last_red_sha = red.head_sha
    left join {{ ref('int_gate_pull_request_heads') }} as green
        on gated.pull_request_id = green.pull_request_id and gated.gate = green.gate and gated.green_sha = green.head_sha
),

judged as (
    select
        *,
        case
            when merged_at is null and last_red_sha is not null and green_sha is null then 'blocked_abandoned'
            when merged_at is not null and final_state in ('red', 'flaky_red', 'infra_red') then 'merged_on_red'
            when merged_at is not null and final_state in ('not_exercised', 'no_run') then 'merged_not_exercised'
            when merged_at is not null and green_sha is not null and is_base_only then 'fixed_by_base'
            when merged_at is not null and green_sha is not null and is_rebaselined then 'rebaselined'
            when merged_at is not null and green_sha is not null and green_state = 'flaky_green' then 'caught_possible'
            when
                merged_at is not null and green_sha is not null and is_below_threshold and is_above_threshold and is_fix_seen
                then 'caught_confirmed'
            when merged_at is not null and green_sha is not null then 'caught_probable'
            when is_flaky then 'flaky'
            when has_infra_failure then 'infra_failure'
        end as outcome
    from gated
)

select
    pull_request_id,
    gate,
    repository_id,
    artifact_id,
    is_required,
    outcome,
    case when outcome in ('infra_failure', 'merged_on_red') then infra_reason end as infra_reason,
    -- A flake is red and green on one head; after a broken machine the green head is the one that ran through.
    case when outcome = 'flaky' then last_flaky_sha else last_red_sha end as last_red_sha,
    case when outcome in ('flaky', 'infra_failure') then last_green_sha else green_sha end as green_sha,
    n_red_heads,
    merged_at,
    closed_at,
    source_url
from judged
where outcome is not null
