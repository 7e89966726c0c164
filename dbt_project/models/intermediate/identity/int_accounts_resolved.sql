-- One row per account seen anywhere, with the person, bot or agent behind it, by which rule, and how sure.
with settled as (
    select * from {{ ref('int_accounts_settled_direct') }}
    union all
    select * from {{ ref('int_accounts_settled_linked') }}
)

select
    seen.system,
    seen.account,
    seen.account_login,
    settled.person_id,
    coalesce(settled.kind, 'unknown') as kind,
    coalesce(settled.rule, 'none') as rule,
    settled.confidence,
    coalesce(settled.evidence, 'no rule names a person for this account') as evidence,
    seen.email,
    seen.name,
    seen.first_seen_at,
    seen.last_seen_at,
    seen.n_sightings
from {{ ref('int_accounts_seen') }} as seen
left join settled on seen.system = settled.system and seen.account = settled.account
