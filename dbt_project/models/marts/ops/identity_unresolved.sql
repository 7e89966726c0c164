select
    system,
    account,
    account_login,
    case rule when 'conflict' then 'conflict' when 'decision_link' then 'unknown_person' when 'ghost' then 'ghost' else 'no_rule' end as reason,
    evidence as detail,
    email,
    name as shown_name,
    n_sightings,
    first_seen_at,
    last_seen_at
from {{ ref('int_accounts_resolved') }}
where person_id is null and rule not in ('excluded', 'shared_mailbox')
