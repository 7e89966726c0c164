-- One row per account seen anywhere, with the person, bot or agent behind it, by which rule, and how sure.
with settled as (
    select * from {{ ref('int_accounts_settled_direct') }}
    union all
    select * from {{ ref('int_accounts_settled_linked') }}
    union all
    select * from {{ ref('int_accounts_settled_mailmap') }}
),

taken_away as (
    select system, account, {{ joined_text("'not ' || named_id || ' (' || evidence || ')'", '; ', 'named_id') }} as evidence
    from {{ ref('int_account_decisions') }}
    where decision = 'unlink' and named_id is not null
    group by system, account
)

select
    seen.system,
    seen.account,
    seen.account_login,
    settled.person_id,
    coalesce(settled.kind, 'unknown') as kind,
    coalesce(settled.rule, 'none') as rule,
    settled.confidence,
    coalesce(settled.evidence, taken_away.evidence, 'no rule names a person for this account') as evidence,
    seen.email,
    seen.name,
    seen.first_seen_at,
    seen.last_seen_at,
    seen.n_sightings
from {{ ref('int_accounts_seen') }} as seen
left join settled on seen.system = settled.system and seen.account = settled.account
left join taken_away on seen.system = taken_away.system and seen.account = taken_away.account
