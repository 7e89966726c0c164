{{ config(materialized='table') }}
-- Accounts settled through GitHub's own link between an account and an address: first accounts by their addresses,
-- then addresses by their accounts. One step each way; a longer chain stays unresolved.
with direct as (
    select * from {{ ref('int_accounts_settled_direct') }}
),

links as (
    select
        links.*,
        case links.rule when 'noreply_id' then 6 else 7 end as priority
    from {{ ref('int_account_email_links') }} as links
),

accounts_by_address as (
    select
        'github' as system,
        links.github_account as account,
        direct.person_id,
        direct.kind,
        links.rule,
        links.confidence,
        links.evidence,
        links.priority
    from links
    inner join direct on direct.system = 'git' and links.email = direct.account and direct.person_id is not null
    where not exists (
        select 1 from direct as own
        where own.system = 'github' and own.account = links.github_account
    )
),

known_accounts as (
    select account, person_id, kind from direct
    where system = 'github' and person_id is not null
    union all
    select account, min(person_id), min(kind) from accounts_by_address
    group by account
    having count(distinct person_id) = 1
),

addresses_by_account as (
    select 'git' as system, links.email as account, known.person_id, known.kind, links.rule, links.confidence, links.evidence, links.priority
    from links
    inner join known_accounts as known on links.github_account = known.account
    where not exists (
        select 1 from direct as own
        where own.system = 'git' and own.account = links.email
    )
),

candidates as (
    select * from accounts_by_address
    union all
    select * from addresses_by_account
    union all
    select named.system, named.account, named.person_id, named.kind, named.rule, named.confidence, named.evidence, named.priority
    from {{ ref('int_account_patterns') }} as named
    where
        named.priority = 9
        and not exists (select 1 from direct as own where own.system = named.system and own.account = named.account)
)

{{ settle_accounts('candidates') }}
