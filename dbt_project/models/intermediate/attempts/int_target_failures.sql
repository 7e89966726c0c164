-- Attempts at a stated target that failed, when, and how: experiments not shipped, and pull requests reverted within 30 days of merging or
-- closed without merging. The pull requests of an experiment that was not shipped are that one attempt.
with targets as (
    select * from {{ ref('int_stated_targets') }}
),

lost as (
    select experiment_id, coalesce(decided_at, ended_at) as lost_at
    from {{ ref('stg_experiments__experiments') }}
    where {{ is_not_shipped('decision') }} and coalesce(decided_at, ended_at) is not null
),

blocked as (
    select distinct pull_request_id
    from {{ ref('int_gate_outcomes') }}
    where outcome = 'blocked_abandoned'
),

reverted as (
    select
        pulls.pull_request_id,
        min(reverts.repository_id) as repository_id,
        min(reverts.landed_at) as reverted_at,
        {{ earliest('reverts.sha', 'reverts.landed_at') }} as undone_by_sha,
        {{ earliest('undoing.pull_request_id', 'reverts.landed_at') }} as undone_by_pull_request_id,
        bool_or(reverts.confidence = 'confirmed') as is_confirmed
    from {{ ref('stg_github__pull_requests') }} as pulls
    inner join {{ ref('stg_git__reverts') }} as reverts
        on pulls.repository_id = reverts.repository_id and pulls.number = reverts.reverted_pull_request_number
    left join {{ ref('stg_github__pull_requests') }} as undoing
        on reverts.repository_id = undoing.repository_id and reverts.pull_request_number = undoing.number
    where
        reverts.kind = 'revert'
        and reverts.extent = 'whole'
        and reverts.confidence in ('confirmed', 'probable')
        and reverts.landed_at between pulls.merged_at and {{ instant_plus_days('pulls.merged_at', 30) }}
    group by pulls.pull_request_id
),

failed as (
    select
        targets.project_id, targets.target_kind, targets.target_key, targets.target,
        targets.experiment_id, cast(null as bigint) as pull_request_id, 'lost_experiment' as ending, 'confirmed' as certainty, lost.lost_at as failed_at,
        cast(null as varchar) as undone_in_repository_id, cast(null as varchar) as undone_by_sha, cast(null as bigint) as undone_by_pull_request_id
    from targets
    inner join lost on targets.experiment_id = lost.experiment_id
    where targets.pull_request_id is null
    union all
    select distinct
        targets.project_id, targets.target_kind, targets.target_key, targets.target,
        null, abandoned.pull_request_id, case when blocked.pull_request_id is null then 'closed' else 'gate_failed' end, 'possible', abandoned.closed_at,
        null, null, null
    from targets
    inner join {{ ref('int_pull_requests_abandoned') }} as abandoned on targets.pull_request_id = abandoned.pull_request_id
    left join blocked on abandoned.pull_request_id = blocked.pull_request_id
    union all
    select distinct
        targets.project_id, targets.target_kind, targets.target_key, targets.target,
        null, reverted.pull_request_id, 'reverted', case when reverted.is_confirmed then 'confirmed' else 'possible' end, reverted.reverted_at,
        reverted.repository_id, reverted.undone_by_sha, reverted.undone_by_pull_request_id
    from targets
    inner join reverted on targets.pull_request_id = reverted.pull_request_id
)

select failed.*
from failed
where
    failed.pull_request_id is null
    or not exists (
        select 1
        from targets
        inner join lost on targets.experiment_id = lost.experiment_id
        where targets.pull_request_id = failed.pull_request_id
    )
