-- How many failed attempts at the same prompt came before a change, within 365 days, and by how many people.
with counted as (
    select
        changes.prompt_change_id,
        count(distinct failed.failed_change_id) as n_failed_before,
        count(distinct failed.failed_change_id) filter (where failed.certainty = 'confirmed') as n_failed_confirmed,
        count(distinct failed.failed_change_id) filter (where failed.certainty = 'possible') as n_failed_possible,
        count(distinct authors.person_id) as n_people_before
    from {{ ref('int_prompt_changes') }} as changes
    left join {{ ref('int_prompt_failed_before') }} as failed on changes.prompt_change_id = failed.prompt_change_id
    left join {{ ref('int_prompt_authors') }} as authors on failed.failed_change_id = authors.prompt_change_id and authors.kind = 'human'
    where changes.change_kind not in ('reverted', 'restored')
    group by changes.prompt_change_id
)

select *, n_failed_before + 1 as attempt_no
from counted
