-- What accounts of people did from the day on which they had left. It is flagged, not taken away: the date may be wrong, a commit may have
-- been rebased by somebody else, the account may have been taken over or be used by a machine.
select
    {{ stable_hash(['sightings.system', 'sightings.account']) }} as after_leaving_id,
    sightings.system,
    sightings.account,
    people.person_id,
    people.left_on,
    min(sightings.seen_at) as first_act_at,
    max(sightings.seen_at) as last_act_at,
    count(*) as n_records
from {{ ref('int_account_sightings') }} as sightings
inner join {{ ref('int_accounts_resolved') }} as accounts on sightings.system = accounts.system and sightings.account = accounts.account
inner join {{ ref('int_people') }} as people on accounts.person_id = people.person_id
where people.kind = 'human' and sightings.is_act and {{ local_date('sightings.seen_at') }} >= people.left_on
group by sightings.system, sightings.account, people.person_id, people.left_on
