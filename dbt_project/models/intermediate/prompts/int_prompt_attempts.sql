-- How many failed attempts at the same prompt came before a change, within 365 days, and by how many people.
-- Confirmed: landed and taken back within 30 days. Possible: closed without merging, or taken back by the wording of a title alone. A revert itself is no attempt.
with changes as (
    select *
    from {{ ref('int_prompt_changes') }}
    where change_kind not in ('reverted', 'restored')
),

failed as (
    select
        prompt_change_id,
        prompt_id,
        ended_at,
        case when outcome = 'abandoned' or reverted_confidence = 'probable' then 'possible' else 'confirmed' end as certainty
    from changes
    where
        outcome = 'abandoned'
        or (outcome = 'reverted' and reverted_at <= {{ instant_plus_days('landed_at', 30) }})
),

counted as (
    select
        changes.prompt_change_id,
        count(distinct failed.prompt_change_id) as n_failed_before,
        count(distinct failed.prompt_change_id) filter (where failed.certainty = 'confirmed') as n_failed_confirmed,
        count(distinct failed.prompt_change_id) filter (where failed.certainty = 'possible') as n_failed_possible,
        count(distinct authors.person_id) as n_people_before
    from changes
    left join failed
        on
            changes.prompt_id = failed.prompt_id
            and failed.ended_at < changes.ended_at
            and failed.ended_at >= {{ instant_plus_days('changes.ended_at', -365) }}
    left join {{ ref('int_prompt_authors') }} as authors on failed.prompt_change_id = authors.prompt_change_id and authors.kind = 'human'
    group by changes.prompt_change_id
)

select *, n_failed_before + 1 as attempt_no
from counted
