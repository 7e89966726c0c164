-- Accounts settled through GitHub's own link between an account and an address: first accounts by their addresses,
-- then addresses by their accounts. One step each way; a longer chain stays unresolved.
with direct as (
    select * from {{ ref('int_accounts_settled_direct') }}
),

links as (
    select
        links.*,
        case links.rule when 'noreply_id' then 6 when 'github_verified_email' then 7 else 8 end as priority
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
    left join direct as own on own.system = 'github' and links.github_account = own.account
    where own.account is null
),

accounts_by_allowed_address as (
    {{ never_unlinked('accounts_by_address') }}
),

known_accounts as (
    select account, person_id, kind from direct
    where system = 'github' and person_id is not null
    union all
    select account, min(person_id), min(kind) from accounts_by_allowed_address
    group by account
    having count(distinct person_id) = 1
),

addresses_by_account as (
    select
        'git' as system,
        links.email as account,
        known.person_id,
        known.kind,
        links.rule,
        links.confidence,
        links.evidence,
        links.priority
    from links
    inner join known_accounts as known on links.github_account = known.account
    left join direct as own on own.system = 'git' and links.email = own.account
    where own.account is null
),

candidates as (
    select * from accounts_by_allowed_address
    union all
    {{ never_unlinked('addresses_by_account') }}
    union all
    select named.system, named.account, named.person_id, named.kind, named.rule, named.confidence, named.evidence, named.priority
    from {{ ref('int_account_patterns') }} as named
    left join direct as own on named.system = own.system and named.account = own.account
    where named.priority = 9 and own.account is null
)

{{ settle_accounts('candidates') }}
