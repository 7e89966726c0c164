-- Which attempts at the same prompt had failed within the 365 days before a change. A change that takes another back is no attempt.
select
    changes.prompt_change_id,
    failures.prompt_change_id as failed_change_id,
    failures.prompt_id,
    failures.pull_request_id,
    failures.ending,
    failures.certainty,
    failures.failed_at,
    failures.undone_by_change_id,
    failures.experiment_id
from {{ ref('int_prompt_changes') }} as changes
inner join {{ ref('int_prompt_failures') }} as failures
    on
        changes.prompt_id = failures.prompt_id
        and failures.failed_at < changes.ended_at
        and failures.failed_at >= {{ instant_plus_days('changes.ended_at', -365) }}
where changes.change_kind not in ('reverted', 'restored') and changes.prompt_change_id != failures.prompt_change_id
