-- Each release and deployment with what the eval gates had said of its commit, and of the changes that it brought.
with gates as (
    select
        *,
        -- Where a required gate is known, what is not required does not decide.
        is_required or not bool_or(is_required) over (partition by shipment_key) as is_deciding
    from {{ ref('int_shipment_gates') }}
    where is_eval_gate
),

judged as (
    select
        shipment_key,
        {{ joined_text('gate', ', ', 'gate') }} filter (where is_deciding) as gates,
        bool_or(is_required) as is_required,
        {{ earliest('head_state', gate_badness('head_state')) }} filter (where is_deciding) as gate_state,
        bool_or(has_scored_nothing) filter (where is_deciding) as has_scored_nothing,
        min(scored_n) filter (where is_deciding) as scored_n,
        bool_and(coalesce(scored_n > 0, false)) filter (where is_deciding) as is_scored,
        {{ earliest('seen_on', gate_badness('head_state')) }} filter (where is_deciding) as seen_on
    from gates
    group by shipment_key
),

checked as (
    select shipment_key, count(*) as n_checks from {{ ref('int_shipment_gates') }} group by shipment_key
),

contents as (
    select
        shipment_key,
        count(*) as n_pull_requests,
        count(*) filter (where gate_state not in ('no_gate', 'no_run', 'not_exercised', 'infra_red')) as n_judged,
        count(*) filter (where gate_state = 'green') as n_green,
        count(*) filter (where is_caught) as n_caught,
        count(*) filter (where gate_state in ('red', 'flaky_red', 'infra_red')) as n_merged_on_red,
        count(*) filter (where gate_state in ('not_exercised', 'no_run')) as n_not_exercised,
        bool_or(is_prompt_change) as is_prompt_change,
        bool_and(is_prompt_change is not null) as is_known
    from {{ ref('int_shipment_pull_requests') }}
    group by shipment_key
),

stated as (
    select
        shipments.*,
        coalesce(judged.gate_state, case when checked.n_checks > 0 then 'no_gate' else 'not_observed' end) as gate_state,
        judged.gates,
        judged.is_required,
        coalesce(judged.has_scored_nothing, false) as has_scored_nothing,
        judged.scored_n,
        coalesce(judged.is_scored, false) as is_scored,
        judged.seen_on,
        shipments.landed_at is not null
        and (shipments.previous_sha is null or shipments.previous_landed_at is not null) as is_content_known
    from {{ ref('int_shipments') }} as shipments
    left join judged on shipments.shipment_key = judged.shipment_key
    left join checked on shipments.shipment_key = checked.shipment_key
)

select
    {{ stable_hash(["'gated_release'", 'stated.shipment_key']) }} as gated_release_id,
    stated.kind,
    stated.repository_id,
    projects.project_id,
    stated.release_id,
    stated.deployment_id,
    stated.tag_name,
    stated.environment,
    stated.is_prerelease,
    stated.sha,
    stated.previous_sha,
    accounts.person_id as released_by_person_id,
    coalesce(accounts.kind, 'unknown') as released_by_kind,
    stated.asked_at,
    stated.shipped_at,
    stated.shipping_state,
    stated.gate_state,
    case
        when stated.gate_state = 'not_observed' then 'no check of this commit, nor of a pull request merged as it, was read'
        when stated.gate_state = 'no_gate' then 'its checks were read, and none of them evaluates'
        when stated.has_scored_nothing and stated.gate_state = 'not_exercised' then 'the gate was green and scored nothing'
        when stated.gate_state = 'no_run' then 'the gate was required and had said nothing by then'
    end as gate_reason,
    stated.gates,
    coalesce(stated.is_required, false) as is_gate_required,
    stated.seen_on as gate_seen_on,
    cast(stated.scored_n as bigint) as scored_n,
    case when stated.gate_state <> 'not_observed' then stated.gate_state = 'green' and stated.is_scored end as counts_low,
    case when stated.gate_state <> 'not_observed' then stated.gate_state = 'green' end as counts_mid,
    case when stated.gate_state <> 'not_observed' then stated.gate_state in ('green', 'flaky_green') end as counts_high,
    case
        when contents.is_prompt_change then true
        when stated.is_content_known and coalesce(contents.is_known, true) then false
    end as is_ai_affecting,
    case when not stated.is_content_known then 'not_observed' when contents.shipment_key is null then 'observed_zero' else 'value' end as content_state,
    case when stated.is_content_known then coalesce(contents.n_pull_requests, 0) end as n_pull_requests,
    case when stated.is_content_known then coalesce(contents.n_judged, 0) end as n_judged,
    case when stated.is_content_known then coalesce(contents.n_green, 0) end as n_green,
    case when stated.is_content_known then coalesce(contents.n_caught, 0) end as n_caught,
    case when stated.is_content_known then coalesce(contents.n_merged_on_red, 0) end as n_merged_on_red,
    case when stated.is_content_known then coalesce(contents.n_not_exercised, 0) end as n_not_exercised,
    stated.source_url
from stated
left join contents on stated.shipment_key = contents.shipment_key
left join {{ ref('int_repository_projects') }} as projects on stated.repository_id = projects.repository_id
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'github' and cast(stated.actor_id as varchar) = accounts.account
