-- Accounts seen and resolved, and accounts that the directory lists and nothing has shown yet.
with seen as (
    select
        person_id, system, account, account_login, kind, rule, confidence, evidence, first_seen_at, last_seen_at
    from {{ ref('int_accounts_resolved') }}
    where person_id is not null
),

listed as (
    select * from {{ ref('int_directory_accounts') }} where kind != 'shared_mailbox'
),

unseen as (
    select
        person_id,
        system,
        case system when 'github' then 'login:' || account else listed_as end as account,
        case system when 'github' then listed_as end as account_login,
        kind,
        'directory_only' as rule,
        1.0 as confidence,
        listed_in || ' lists it; no record shows it yet' as evidence,
        cast(null as timestamp with time zone) as first_seen_at,
        cast(null as timestamp with time zone) as last_seen_at
    from listed
    where
        not exists (
            select 1 from {{ ref('int_accounts_seen') }} as s
            where
                s.system = listed.system
                and lower(case listed.system when 'github' then s.account_login else s.account end) = listed.account
        )
        -- Listed for two people: nobody's, until the directory is put right.
        and not exists (
            select 1 from listed as other
            where other.system = listed.system and other.account = listed.account and other.person_id != listed.person_id
        )
),

accounts as (
    select * from seen
    union all
    select * from unseen
)

select
    accounts.person_id,
    accounts.system,
    accounts.account,
    accounts.account_login,
    accounts.kind,
    accounts.rule,
    cast(accounts.confidence as double) as confidence,
    accounts.evidence,
    listed.valid_from,
    listed.valid_to,
    accounts.first_seen_at,
    accounts.last_seen_at
from accounts
left join listed
    on
        accounts.person_id = listed.person_id and accounts.system = listed.system
        and lower(coalesce(case accounts.system when 'github' then accounts.account_login end, accounts.account)) = listed.account
