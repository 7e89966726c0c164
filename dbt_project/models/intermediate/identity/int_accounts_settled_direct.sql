-- Accounts settled by what they are themselves: the strongest rule decides, two people by equal rules decide nothing.
with candidates as (
    select system, account, person_id, kind, rule, confidence, evidence, priority from {{ ref('int_account_directory_matches') }}
    union all
    select system, account, person_id, kind, rule, confidence, evidence, priority from {{ ref('int_account_patterns') }}
    where priority < 9
)

{{ settle_accounts('candidates') }}
