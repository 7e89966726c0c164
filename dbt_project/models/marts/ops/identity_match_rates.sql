with accounts as (
    select
        system,
        count(*) as n_accounts,
        count(*) filter (where kind = 'human') as n_human,
        count(*) filter (where kind = 'bot') as n_bot,
        count(*) filter (where kind = 'ai_agent') as n_ai_agent,
        count(*) filter (where rule = 'excluded') as n_excluded,
        count(*) filter (where rule = 'shared_mailbox') as n_shared_mailboxes,
        count(*) filter (where person_id is null and rule not in ('excluded', 'shared_mailbox')) as n_unresolved,
        count(*) filter (where rule = 'conflict') as n_conflicts,
        -- An account that people have excluded, or that is a shared mailbox, is neither known nor missing.
        sum(case when rule in ('excluded', 'shared_mailbox') then 0 else n_sightings end) as n_sightings,
        sum(case when person_id is null then 0 else n_sightings end) as n_sightings_resolved
    from {{ ref('int_accounts_resolved') }}
    group by system
)

select
    system,
    n_accounts,
    n_human,
    n_bot,
    n_ai_agent,
    n_excluded,
    n_shared_mailboxes,
    n_unresolved,
    n_conflicts,
    cast(n_accounts - n_excluded - n_shared_mailboxes - n_unresolved as double)
    / nullif(n_accounts - n_excluded - n_shared_mailboxes, 0) as account_match_rate,
    cast(n_sightings as bigint) as n_sightings,
    cast(n_sightings_resolved as double) / nullif(cast(n_sightings as double), 0) as sighting_match_rate
from accounts
