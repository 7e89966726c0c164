select
    {{ stable_hash(["'gate_catch'", 'outcomes.pull_request_id', 'outcomes.gate']) }} as gate_catch_id,
    outcomes.repository_id,
    projects.project_id,
    outcomes.pull_request_id,
    outcomes.gate,
    outcomes.artifact_id,
    outcomes.outcome,
    outcomes.is_required,
    outcomes.infra_reason,
    outcomes.outcome = 'caught_confirmed'
    and coalesce(outcomes.is_required, false) and repeats.pull_request_id is null as counts_low,
    outcomes.outcome in ('caught_confirmed', 'caught_probable')
    and coalesce(outcomes.is_required, false) and repeats.pull_request_id is null as counts_mid,
    outcomes.outcome in ('caught_confirmed', 'caught_probable', 'caught_possible') and repeats.pull_request_id is null as counts_high,
    repeats.counted_in_pull_request_id,
    repeats.shared_by as repeat_shared_by,
    outcomes.n_red_heads,
    outcomes.last_red_sha,
    outcomes.green_sha,
    red.pushed_at as red_pushed_at,
    red.failed_at as red_at,
    green.passed_at as green_at,
    case when red.first_failed_at >= red.pushed_at then {{ minutes_between('red.pushed_at', 'red.first_failed_at') }} end as detection_lead_minutes,
    outcomes.merged_at,
    outcomes.closed_at,
    mergers.person_id as merged_by_person_id,
    red.failed_eval_run_id as red_eval_run_id,
    green.passed_eval_run_id as green_eval_run_id,
    fixes.compared_at,
    coalesce(red.source_url, outcomes.source_url) as source_url
from {{ ref('int_gate_outcomes') }} as outcomes
inner join {{ ref('stg_github__pull_requests') }} as pulls on outcomes.pull_request_id = pulls.pull_request_id
left join {{ ref('int_repository_projects') }} as projects on outcomes.repository_id = projects.repository_id
left join {{ ref('int_accounts_resolved') }} as mergers
    on mergers.system = 'github' and cast(pulls.merged_by_id as varchar) = mergers.account
left join {{ ref('int_gate_repeats') }} as repeats on outcomes.pull_request_id = repeats.pull_request_id and outcomes.gate = repeats.gate
left join {{ ref('int_gate_fixes') }} as fixes on outcomes.pull_request_id = fixes.pull_request_id and outcomes.gate = fixes.gate
left join {{ ref('int_gate_pull_request_heads') }} as red
    on outcomes.pull_request_id = red.pull_request_id and outcomes.gate = red.gate and outcomes.last_red_sha = red.head_sha
left join {{ ref('int_gate_pull_request_heads') }} as green
    on outcomes.pull_request_id = green.pull_request_id and outcomes.gate = green.gate and outcomes.green_sha = green.head_sha
