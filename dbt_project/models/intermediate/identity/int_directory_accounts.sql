-- Accounts that the directory lists, each with whoever counts for the listed person; listed for several, it has several rows. Those of a
-- shared mailbox belong to nobody.
select
    accounts.system,
    lower(accounts.account) as account,
    people.person_id,
    people.kind,
    min(accounts.account) as listed_as,
    -- What people have written by hand counts before what the identity provider states.
    case when count(*) filter (where accounts.stated_by = 'directory') > 0 then 'people.csv' else 'the SCIM export' end as listed_in,
    -- Listed under two names of one person: valid from the first day to the last, and a missing day is open.
    case when count(accounts.valid_from) = count(*) then min(accounts.valid_from) end as valid_from,
    case when count(accounts.valid_to) = count(*) then max(accounts.valid_to) end as valid_to
from {{ ref('stg_people__accounts') }} as accounts
inner join {{ ref('int_directory_merged') }} as merged on accounts.person_id = merged.person_id
inner join {{ ref('int_directory_people') }} as people on merged.counts_for_id = people.person_id
group by accounts.system, lower(accounts.account), people.person_id, people.kind
union all
select accounts.system, lower(accounts.account), null, 'shared_mailbox', min(accounts.account), 'people.csv', null, null
from {{ ref('stg_people__accounts') }} as accounts
inner join {{ ref('stg_people__people') }} as mailboxes on accounts.person_id = mailboxes.person_id and mailboxes.kind = 'shared_mailbox'
group by accounts.system, lower(accounts.account)
