-- What each eval gate had said of the commit that was shipped: of the commit itself, else of the head (or the merge queue's trial) of
-- the pull request that was merged as it. A gate that was required then and said nothing is there as `no_run`.
with heads as (
    select shipment_key, repository_id, sha as head_sha, 1 as nearness, asked_at from {{ ref('int_shipments') }}
    union all
    select shipments.shipment_key, shipments.repository_id, heads.head_sha, 2, shipments.asked_at
    from {{ ref('int_shipments') }} as shipments
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on shipments.repository_id = pulls.repository_id and shipments.sha = pulls.merge_commit_sha and pulls.merged_at is not null
    inner join {{ ref('int_pull_request_heads') }} as heads
        on pulls.pull_request_id = heads.pull_request_id and (heads.head_sha = pulls.head_sha or heads.is_merge_group)
),

runs as (
    select
        heads.shipment_key,
        heads.repository_id,
        heads.asked_at,
        heads.nearness,
        runs.gate,
        runs.is_eval_gate,
        bool_or(runs.is_required) as is_required,
        {{ earliest('runs.head_state', gate_badness('runs.head_state')) }} as head_state,
        max(case when runs.verdict = 'passed' then runs.scored_n end) as scored_n,
        bool_or(runs.verdict = 'scored_nothing') as has_scored_nothing,
        {{ earliest('runs.source_url', gate_badness('runs.head_state')) }} as source_url
    from heads
    inner join {{ ref('fct_gate_runs') }} as runs on heads.repository_id = runs.repository_id and heads.head_sha = runs.head_sha
    -- What was still running when it was shipped had not judged it.
    where coalesce(runs.completed_at, runs.started_at) <= heads.asked_at or runs.completed_at is null
    group by heads.shipment_key, heads.repository_id, heads.asked_at, heads.nearness, runs.gate, runs.is_eval_gate
),

ranked as (
    select *, row_number() over (partition by shipment_key, gate order by nearness) as place from runs
),

nearest as (
    select * from ranked where place = 1
),

eval_gates as (
    select distinct repository_id, gate from {{ ref('fct_gate_runs') }} where is_eval_gate
),

silent as (
    select distinct shipments.shipment_key, shipments.repository_id, required.gate
    from {{ ref('int_shipments') }} as shipments
    inner join {{ ref('gate_required') }} as required
        on
            shipments.repository_id = required.repository_id
            and required.kind = 'check'
            and coalesce(shipments.landed_at, shipments.asked_at) >= required.valid_from
            and (required.valid_to is null or coalesce(shipments.landed_at, shipments.asked_at) < required.valid_to)
    inner join eval_gates on required.repository_id = eval_gates.repository_id and required.gate = eval_gates.gate
    left join nearest on shipments.shipment_key = nearest.shipment_key and required.gate = nearest.gate
    where nearest.gate is null
)

select
    shipment_key,
    repository_id,
    gate,
    is_eval_gate,
    is_required,
    head_state,
    scored_n,
    has_scored_nothing,
    case nearness when 1 then 'commit' else 'pull_request' end as seen_on,
    source_url
from nearest
union all
select shipment_key, repository_id, gate, true, true, 'no_run', null, false, 'rule', null
from silent
