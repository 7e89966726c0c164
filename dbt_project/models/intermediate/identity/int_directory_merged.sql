-- Every person_id of the directory with the person_id that counts for it: another one where people have found the two to be the same.
select people.person_id, coalesce(merged.counts_for_id, people.person_id) as counts_for_id
from {{ ref('stg_people__people') }} as people
left join {{ ref('stg_people__decisions') }} as merged
    on people.person_id = merged.duplicate_id and merged.decision = 'link' and merged.is_standing
