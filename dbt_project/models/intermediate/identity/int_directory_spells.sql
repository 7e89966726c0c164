-- Times in teams, each person's once: somebody who is listed twice has the times of the name that counts, or where that has none,
-- those of the other.
with spells as (
    select
        coalesce(merged.counts_for_id, spells.person_id) as person_id,
        coalesce(managers.counts_for_id, spells.manager_id) as manager_id,
        spells.person_id as listed_id,
        spells.valid_from,
        spells.valid_to,
        spells.team,
        spells.level
    from {{ ref('stg_people__spells') }} as spells
    left join {{ ref('int_directory_merged') }} as merged on spells.person_id = merged.person_id
    left join {{ ref('int_directory_merged') }} as managers on spells.manager_id = managers.person_id
    where spells.person_id not in (select people.person_id from {{ ref('stg_people__people') }} as people where people.kind = 'shared_mailbox')
),

preferred as (
    select
        person_id,
        case when bool_or(listed_id = person_id) then person_id else min(listed_id) end as listed_id
    from spells
    group by person_id
)

select spells.person_id, spells.valid_from, spells.valid_to, spells.team, spells.manager_id, spells.level
from spells
inner join preferred on spells.person_id = preferred.person_id and spells.listed_id = preferred.listed_id
