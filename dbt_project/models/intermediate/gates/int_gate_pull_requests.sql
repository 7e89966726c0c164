-- Per pull request and gate: the last red head, the green head that came after it, and what stood at the end. Heads pushed while the
-- pull request was a draft are left out: nobody was asked to look yet.
with heads as (
    select * from {{ ref('int_gate_pull_request_heads') }} where not is_draft_head
),

reds as (
    select
        pull_request_id, gate,
        {{ latest('head_sha', 'first_started_at') }} as last_red_sha,
        max(first_started_at) as last_red_started_at,
        min(first_failed_at) as first_red_at,
        count(*) as n_red_heads
    from heads
    where head_state = 'red'
    group by pull_request_id, gate
),

greens as (
    select
        heads.pull_request_id, heads.gate,
        {{ earliest('heads.head_sha', 'heads.last_started_at') }} as green_sha,
        {{ earliest('heads.passed_at', 'heads.last_started_at') }} as fixed_at
    from heads
    inner join reds on heads.pull_request_id = reds.pull_request_id and heads.gate = reds.gate
    where heads.head_state in ('green', 'flaky_green') and heads.last_started_at > reds.last_red_started_at
    group by heads.pull_request_id, heads.gate
),

summed as (
    select
        pull_request_id,
        gate,
        min(repository_id) as repository_id,
        min(artifact_id) as artifact_id,
        bool_and(is_required) as is_required,
        coalesce({{ latest('head_state', 'last_started_at') }} filter (where is_final), 'no_run') as final_state,
        {{ latest('source_url', 'last_started_at') }} as source_url,
        {{ latest('head_sha', 'last_started_at') }} filter (where head_state in ('flaky_green', 'flaky_red')) as last_flaky_sha,
        {{ latest('head_sha', 'last_started_at') }} filter (where head_state in ('green', 'flaky_green')) as last_green_sha,
        {{ latest('infra_reason', 'last_started_at') }} as infra_reason,
        bool_or(head_state in ('flaky_green', 'flaky_red')) as is_flaky,
        bool_or(n_infra > 0) as has_infra_failure
    from heads
    group by pull_request_id, gate
)

select
    summed.*,
    reds.last_red_sha,
    reds.first_red_at,
    coalesce(reds.n_red_heads, 0) as n_red_heads,
    greens.green_sha,
    greens.fixed_at
from summed
left join reds on summed.pull_request_id = reds.pull_request_id and summed.gate = reds.gate
left join greens on summed.pull_request_id = greens.pull_request_id and summed.gate = greens.gate
