-- Accounts that people.csv or the identity provider lists, word for word (letter case aside).
with listed as (
    select system, account, person_id, kind, listed_in from {{ ref('int_directory_accounts') }}
),

logins as (
    -- A login can be given up and taken by someone else: only a login that one account ever used names that account.
    select lower(login) as login, min(account) as account, count(distinct account) as n_accounts
    from {{ ref('int_account_sightings') }}
    where system = 'github' and login is not null
    group by lower(login)
),

matches as (
    select
        'github' as system, logins.account, listed.person_id, listed.kind,
        'directory_login' as rule, 1.0 as confidence, listed.listed_in || ' lists GitHub login ' || listed.account as evidence
    from listed
    inner join logins on listed.account = logins.login
    where listed.system = 'github' and logins.n_accounts = 1
    union all
    select
        seen.system, seen.account, listed.person_id, listed.kind,
        case
            when listed.listed_in != 'people.csv' then 'scim_email'
            when seen.system = 'git' then 'directory_email'
            else 'directory_account'
        end as rule,
        case when listed.listed_in = 'people.csv' then 1.0 else 0.97 end as confidence,
        listed.listed_in || ' lists ' || seen.account as evidence
    from {{ ref('int_accounts_seen') }} as seen
    inner join listed on seen.system = listed.system and lower(seen.account) = listed.account
    where seen.system != 'github'
    union all
    select
        seen.system, seen.account, listed.person_id, listed.kind,
        seen.system || '_email' as rule, 0.95 as confidence,
        listed.listed_in || ' lists the address that ' || seen.system || ' shows' as evidence
    from {{ ref('int_accounts_seen') }} as seen
    inner join listed on seen.email = listed.account
    where seen.system in ('jira', 'pagerduty', 'opsgenie', 'incidents', 'evals', 'experiments', 'labels', 'registers', 'packets') and listed.system = 'git'
)

select
    system,
    account,
    person_id,
    -- What several people send is nobody's, and nothing else may give it to one of them.
    case when kind = 'shared_mailbox' then 'unknown' else kind end as kind,
    case when kind = 'shared_mailbox' then 'shared_mailbox' else rule end as rule,
    confidence,
    evidence,
    -- A bot or agent that the directory itself lists keeps the directory's id.
    case when kind != 'human' then 0 when rule in ('directory_login', 'directory_email', 'directory_account') then 4 when rule = 'scim_email' then 5 else 6 end
        as priority
from matches
