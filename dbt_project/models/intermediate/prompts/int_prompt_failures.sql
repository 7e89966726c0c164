-- Attempts at a prompt that failed, when, and how. Confirmed: landed and taken back within 30 days, or not shipped after its experiment.
-- Possible: closed without merging, or taken back by the wording of a title alone. A revert itself is no attempt.
with changes as (
    select *, coalesce(outcome = 'reverted' and reverted_at <= {{ instant_plus_days('landed_at', 30) }}, false) as is_soon_reverted
    from {{ ref('int_prompt_changes') }}
    where change_kind not in ('reverted', 'restored')
),

lost as (
    select
        links.pull_request_id,
        {{ earliest('experiments.experiment_id', 'coalesce(experiments.decided_at, experiments.ended_at)') }} as experiment_id,
        min(coalesce(experiments.decided_at, experiments.ended_at)) as lost_at
    from {{ ref('int_experiment_pull_requests') }} as links
    inner join {{ ref('stg_experiments__experiments') }} as experiments on links.experiment_id = experiments.experiment_id
    where {{ is_not_shipped('experiments.decision') }}
    group by links.pull_request_id
),

blocked as (
    select distinct pull_request_id
    from {{ ref('int_gate_outcomes') }}
    where outcome = 'blocked_abandoned'
)

select
    changes.prompt_change_id,
    changes.prompt_id,
    changes.pull_request_id,
    case
        when changes.outcome = 'abandoned' and blocked.pull_request_id is not null then 'gate_failed'
        when changes.outcome = 'abandoned' then 'closed'
        when changes.is_soon_reverted then 'reverted'
        else 'lost_experiment'
    end as ending,
    case
        when changes.outcome = 'abandoned' then 'possible'
        when changes.is_soon_reverted and changes.reverted_confidence = 'probable' then 'possible'
        else 'confirmed'
    end as certainty,
    case
        when changes.outcome = 'abandoned' then changes.ended_at
        when changes.is_soon_reverted then changes.reverted_at
        else lost.lost_at
    end as failed_at,
    case when changes.is_soon_reverted then changes.reverted_by_change_id end as undone_by_change_id,
    case when changes.outcome != 'abandoned' and not changes.is_soon_reverted then lost.experiment_id end as experiment_id
from changes
left join lost on changes.pull_request_id = lost.pull_request_id
left join blocked on changes.pull_request_id = blocked.pull_request_id
where changes.outcome = 'abandoned' or changes.is_soon_reverted or lost.lost_at > changes.landed_at
