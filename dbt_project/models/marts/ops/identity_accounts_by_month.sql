-- Which accounts acted or were named in which month, and whether it is known whose they are: match rates of any period.
with sightings as (
    select system, account, {{ month_start(utc_date('seen_at')) }} as month, count(*) as n_sightings
    from {{ ref('int_account_sightings') }}
    where seen_at is not null
    group by system, account, {{ month_start(utc_date('seen_at')) }}
)

select
    {{ stable_hash(['sightings.system', 'sightings.account', 'sightings.month']) }} as sighting_month_id,
    sightings.system,
    sightings.month,
    {{ stable_hash(['sightings.system', 'sightings.account']) }} as account_key,
    case
        when accounts.rule in ('excluded', 'shared_mailbox') then accounts.rule
        when accounts.person_id is null then 'unresolved'
        else 'resolved'
    end as state,
    sightings.n_sightings
from sightings
inner join {{ ref('int_accounts_resolved') }} as accounts on sightings.system = accounts.system and sightings.account = accounts.account
