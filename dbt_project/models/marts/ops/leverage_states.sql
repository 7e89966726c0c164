select
    {{ stable_hash(['s.artifact_id', 's.period_id']) }} as leverage_state_id,
    s.artifact_id,
    s.period_id,
    s.computed_at,
    s.closed_on,
    c.closed_by,
    c.reason as closing_reason,
    k.n_corrections,
    k.corrected_on,
    coalesce(k.inputs, '') <> s.inputs as has_changed_since
from {{ ref('int_leverage_states') }} as s
inner join {{ ref('int_leverage_keys') }} as k on s.artifact_id = k.artifact_id and s.period_id = k.period_id
left join (
    select period_id, min(closed_by) as closed_by, min(reason) as reason
    from {{ ref('stg_config__closed_periods') }}
    group by period_id
) as c on s.closed_on is not null and s.period_id = c.period_id
