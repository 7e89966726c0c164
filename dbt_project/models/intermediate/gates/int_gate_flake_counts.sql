-- Heads on which eval gates ran in a period and how many of them were red and green unchanged: by gate, and by the artifact that the
-- gate runs. Periods since the first head in which none ran have a row that says so.
with heads as (
    select
        'gate' as scope_kind,
        repository_id || '|' || gate as scope_id,
        repository_id || '|' || head_sha as head_key,
        bool_or(head_state in ('flaky_green', 'flaky_red')) as is_flaky,
        {{ utc_date('min(first_started_at)') }} as day
    from {{ ref('int_gate_head_states') }}
    where is_eval_gate and head_state not in ('no_run', 'not_exercised')
    group by repository_id, gate, head_sha
    union all
    select 'artifact', artifact_id, repository_id || '|' || head_sha, bool_or(head_state in ('flaky_green', 'flaky_red')), {{ utc_date('min(first_started_at)') }}
    from {{ ref('int_gate_head_states') }}
    where is_eval_gate and artifact_id is not null and head_state not in ('no_run', 'not_exercised')
    group by artifact_id, repository_id, head_sha
),

scopes as (
    select scope_kind, scope_id, min(day) as first_day
    from heads
    group by scope_kind, scope_id
)

select
    scopes.scope_kind,
    scopes.scope_id,
    periods.period_id,
    count(heads.head_key) as n_heads,
    count(case when heads.is_flaky then 1 end) as n_flaky_heads
from scopes
inner join {{ ref('int_periods') }} as periods on scopes.first_day < periods.period_end
left join heads
    on
        scopes.scope_kind = heads.scope_kind
        and scopes.scope_id = heads.scope_id
        and heads.day >= periods.period_start
        and heads.day < periods.period_end
group by scopes.scope_kind, scopes.scope_id, periods.period_id
