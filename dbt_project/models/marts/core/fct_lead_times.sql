with gates as (
    select
        gated.pull_request_id,
        min(gated.first_red_at) as first_red_at,
        max({{ minutes_between('gated.first_red_at', 'gated.fixed_at') }}) as red_to_green_minutes,
        bool_or(gated.first_red_at is not null and gated.fixed_at is null) as is_never_green
    from {{ ref('int_gate_pull_requests') }} as gated
    group by gated.pull_request_id
),

times as (
    select
        pulls.pull_request_id,
        pulls.repository_id,
        pulls.project_id,
        firsts.first_commit_at,
        pulls.created_at as opened_at,
        firsts.first_review_at,
        pulls.merged_at,
        gates.first_red_at,
        {{ minutes_between('firsts.first_commit_at', 'pulls.merged_at') }} as commit_to_merge_minutes,
        {{ minutes_between('pulls.created_at', 'firsts.first_review_at') }} as open_to_review_minutes,
        gates.red_to_green_minutes,
        case
            when firsts.first_commit_at is null then 'commits_not_loaded'
            when pulls.merged_at is null and pulls.closed_at is null then 'still_open'
            when pulls.merged_at is null then 'closed_unmerged'
        end as merge_gap,
        case
            when firsts.first_review_at is not null then 'value'
            when pulls.closed_at is not null then 'observed_zero'
            else 'not_observed'
        end as review_state,
        case
            when gates.pull_request_id is null or gates.is_never_green then 'not_observed'
            when gates.first_red_at is null then 'observed_zero'
            else 'value'
        end as red_state,
        pulls.source_url
    from {{ ref('fct_pull_requests') }} as pulls
    left join {{ ref('int_pull_request_firsts') }} as firsts on pulls.pull_request_id = firsts.pull_request_id
    left join gates on pulls.pull_request_id = gates.pull_request_id
)

select
    pull_request_id,
    repository_id,
    project_id,
    first_commit_at,
    opened_at,
    first_review_at,
    merged_at,
    first_red_at,
    case when merge_gap is null then 'value' else 'not_observed' end as merge_state,
    merge_gap,
    commit_to_merge_minutes,
    review_state,
    open_to_review_minutes,
    red_state,
    case when red_state = 'value' then red_to_green_minutes end as red_to_green_minutes,
    source_url
from times
