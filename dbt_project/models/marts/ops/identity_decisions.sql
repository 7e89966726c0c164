select
    decisions.decision_id,
    decisions.decided_at,
    decisions.decided_by,
    decisions.decision,
    decisions.system,
    decisions.account,
    coalesce(seen.account_login, decisions.account_login) as account_login,
    decisions.duplicate_id as duplicate_person_id,
    decisions.person_id,
    decisions.counts_for_id as counts_for_person_id,
    decisions.reason,
    decisions.is_standing,
    decisions.overruled_by,
    seen.n_sightings
from {{ ref('stg_people__decisions') }} as decisions
left join {{ ref('int_accounts_seen') }} as seen on decisions.system = seen.system and decisions.account = seen.account
