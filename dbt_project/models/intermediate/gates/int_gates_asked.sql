-- Checks that were asked for of a pull request: what was seen to be required of it while it was open, which holds, whatever the rules say
-- today; where nothing was seen, what its base branch requires today.
with seen as (
    select
        pull_request_id,
        context as gate,
        max(app_id) as app_id,
        {{ latest('is_required', 'observed_at') }} as is_required,
        'pull_request' as required_how
    from {{ ref('stg_github__pull_request_required_checks') }}
    group by pull_request_id, context
),

by_rules as (
    select
        pulls.pull_request_id,
        required.gate,
        required.app_id,
        true as is_required,
        required.required_how
    from {{ ref('stg_github__pull_requests') }} as pulls
    inner join {{ ref('int_gates_required') }} as required on pulls.repository_id = required.repository_id and pulls.base_ref = required.branch
    left join seen on pulls.pull_request_id = seen.pull_request_id and required.gate = seen.gate
    where seen.gate is null
)

select * from seen
union all
select * from by_rules
