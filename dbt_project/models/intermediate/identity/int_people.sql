-- Everyone the directory lists, and every bot and agent that was met.
with directory as (
    select person_id, name as display_name, kind from {{ ref('int_directory_people') }}
),

named as (
    select person_id, display_name from {{ ref('ai_agents') }}
    union
    select person_id, display_name from {{ ref('bots') }}
),

met as (
    select
        accounts.person_id,
        coalesce(max(named.display_name), max(accounts.account_login), max(accounts.name)) as display_name,
        min(accounts.kind) as kind
    from {{ ref('int_accounts_resolved') }} as accounts
    left join named on accounts.person_id = named.person_id
    where accounts.person_id is not null and accounts.kind in ('bot', 'ai_agent')
    group by accounts.person_id
),

activity as (
    select person_id, min(first_seen_at) as first_seen_at
    from {{ ref('int_accounts_resolved') }}
    where person_id is not null
    group by person_id
),

spells as (
    select person_id, min(valid_from) as joined_on, case when count(*) = count(valid_to) then max(valid_to) end as left_on
    from {{ ref('int_directory_spells') }}
    group by person_id
),

people as (
    select * from directory
    union all
    select * from met where met.person_id not in (select directory.person_id from directory)
)

select
    people.person_id,
    people.display_name,
    people.kind,
    least(spells.joined_on, {{ utc_date('activity.first_seen_at') }}) as first_seen_on,
    spells.left_on
from people
left join activity on people.person_id = activity.person_id
left join spells on people.person_id = spells.person_id
