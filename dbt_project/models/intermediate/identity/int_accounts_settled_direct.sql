-- Accounts settled by what they are themselves: what people have decided, else the strongest rule; two people by equal rules decide nothing.
with ruled as (
    select system, account, person_id, kind, rule, confidence, evidence, priority from {{ ref('int_account_directory_matches') }}
    union all
    select system, account, person_id, kind, rule, confidence, evidence, priority from {{ ref('int_account_patterns') }}
    where priority < 9
),

candidates as (
    {{ never_unlinked('ruled') }}
    union all
    select system, account, person_id, kind, rule, confidence, evidence, priority from {{ ref('int_account_decisions') }}
    where decision in ('link', 'exclude')
)

{{ settle_accounts('candidates') }}
