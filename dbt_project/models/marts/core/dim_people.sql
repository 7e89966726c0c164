select
    people.person_id,
    people.display_name,
    pseudonyms.pseudonym,
    people.kind,
    people.first_seen_on,
    people.left_on
from {{ ref('int_people') }} as people
left join {{ ref('stg_config__pseudonyms') }} as pseudonyms on people.person_id = pseudonyms.person_id
