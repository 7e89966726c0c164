select
    {{ stable_hash(['shifts.schedule_id', 'shifts.account', 'shifts.started_at']) }} as on_call_shift_id,
    shifts.kind as source,
    shifts.schedule_id,
    shifts.schedule as schedule_name,
    accounts.person_id,
    shifts.started_at,
    shifts.ended_at,
    shifts._source_url as source_url
from {{ ref('stg_incidents__on_call_shifts') }} as shifts
left join {{ ref('int_accounts_resolved') }} as accounts
    on {{ incident_account_system('shifts.kind') }} = accounts.system and shifts.account = accounts.account and accounts.kind = 'human'
