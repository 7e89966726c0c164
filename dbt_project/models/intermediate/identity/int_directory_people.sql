-- Everyone the directory lists, each once; a shared mailbox is nobody.
select people.person_id, people.name, people.kind
from {{ ref('stg_people__people') }} as people
inner join {{ ref('int_directory_merged') }} as merged on people.person_id = merged.counts_for_id and people.person_id = merged.person_id
where people.kind != 'shared_mailbox'
