-- Which attempts had failed within the 365 days before a change of a prompt: those at the same prompt, and those at a slice or a metric that
-- the change's pull request or experiment states as theirs too. An attempt counts once: at the prompt, else at the slice, else at the metric.
with at_prompt as (
    select * from {{ ref('int_prompt_failed_before') }}
),

-- What a change states, and what it is part of: these are no attempts before it.
changes as (
    select
        changes.prompt_change_id,
        changes.pull_request_id,
        changes.ended_at,
        targets.project_id,
        targets.target_kind,
        targets.target_key,
        targets.target
    from {{ ref('int_prompt_changes') }} as changes
    inner join {{ ref('int_stated_targets') }} as targets on changes.pull_request_id = targets.pull_request_id
    where changes.change_kind not in ('reverted', 'restored')
),

at_target as (
    select
        changes.prompt_change_id,
        failures.experiment_id,
        failures.pull_request_id,
        failures.target_kind,
        changes.target,
        failures.ending,
        failures.certainty,
        failures.failed_at,
        failures.undone_in_repository_id,
        failures.undone_by_sha,
        failures.undone_by_pull_request_id,
        row_number() over (
            partition by changes.prompt_change_id, failures.experiment_id, failures.pull_request_id
            order by failures.target_kind desc, failures.target_key
        ) as place
    from changes
    inner join {{ ref('int_target_failures') }} as failures
        on
            changes.project_id = failures.project_id
            and changes.target_kind = failures.target_kind
            and changes.target_key = failures.target_key
            and failures.failed_at < changes.ended_at
            and failures.failed_at >= {{ instant_plus_days('changes.ended_at', -365) }}
            and changes.pull_request_id is distinct from failures.pull_request_id
    left join {{ ref('int_experiment_pull_requests') }} as own
        on failures.experiment_id = own.experiment_id and changes.pull_request_id = own.pull_request_id
    where own.experiment_id is null
),

-- Of an attempt at the prompt: its pull request, and every experiment that names it.
counted as (
    select prompt_change_id, pull_request_id, cast(null as varchar) as experiment_id from at_prompt
    union
    select at_prompt.prompt_change_id, null, links.experiment_id
    from at_prompt
    inner join {{ ref('int_experiment_pull_requests') }} as links on at_prompt.pull_request_id = links.pull_request_id
)

select
    {{ stable_hash(["'failed_attempt'", 'at_prompt.prompt_change_id', 'at_prompt.failed_change_id']) }} as failed_attempt_id,
    at_prompt.prompt_change_id,
    at_prompt.failed_change_id,
    'prompt' as target_kind,
    at_prompt.prompt_id as target,
    at_prompt.pull_request_id,
    at_prompt.experiment_id,
    at_prompt.ending,
    at_prompt.certainty,
    at_prompt.failed_at,
    undoing.repository_id as undone_in_repository_id,
    undoing.sha as undone_by_sha,
    undoing.pull_request_id as undone_by_pull_request_id
from at_prompt
left join {{ ref('int_prompt_changes') }} as undoing on at_prompt.undone_by_change_id = undoing.prompt_change_id
union all
select
    {{ stable_hash(["'failed_attempt'", 'at_target.prompt_change_id', 'at_target.experiment_id', 'at_target.pull_request_id']) }},
    at_target.prompt_change_id,
    null,
    at_target.target_kind,
    at_target.target,
    at_target.pull_request_id,
    at_target.experiment_id,
    at_target.ending,
    at_target.certainty,
    at_target.failed_at,
    at_target.undone_in_repository_id,
    at_target.undone_by_sha,
    at_target.undone_by_pull_request_id
from at_target
left join counted
    on
        at_target.prompt_change_id = counted.prompt_change_id
        and (at_target.pull_request_id = counted.pull_request_id or at_target.experiment_id = counted.experiment_id)
where at_target.place = 1 and counted.prompt_change_id is null
