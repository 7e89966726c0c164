-- Use of each artifact by each project in each period, direct or inherited, from 0 (does not count, with the reason) to 1 (relied on).
with gates as (
    select g.artifact_id, g.project_id, t.period_id, count(*) as gate_runs, count(case when g.is_blocking then 1 end) as gate_blocks
    from {{ ref('fct_gate_runs') }} as g
    inner join {{ ref('int_periods') }} as t
        on {{ utc_date('coalesce(g.started_at, g.completed_at)') }} >= t.period_start
        and {{ utc_date('coalesce(g.started_at, g.completed_at)') }} < t.period_end
    where g.artifact_id is not null and g.verdict <> 'not_exercised'
    group by g.artifact_id, g.project_id, t.period_id
),

catches as (
    select artifact_id, project_id, period_id, count(*) as gate_catches
    from {{ ref('int_evidence_judged') }}
    where channel = 'gate_catch'
    group by artifact_id, project_id, period_id
),

-- How many other artifacts the project declares, runs or relies on: use is not rivalrous, so reach is never summed over artifacts.
enablers as (
    select project_id, period_id, count(*) as n_artifacts
    from {{ ref('int_leverage_reached') }}
    where is_counted and rung >= 2
    group by project_id, period_id
)

select
    {{ stable_hash(['d.artifact_id', 'd.project_id', 'd.period_id']) }} as leverage_id,
    d.artifact_id,
    d.project_id,
    d.period_id,
    d.period_start,
    d.period_end,
    d.rung,
    case when d.is_counted and d.rung = 0 then 'inherits' else case d.rung when 1 then 'mentions' when 2 then 'declares' when 3 then 'runs' when 4 then 'relies' end end as kind_of_use,
    d.run_days,
    coalesce(g.gate_runs, 0) as gate_runs,
    coalesce(g.gate_blocks, 0) as gate_blocks,
    coalesce(c.gate_catches, 0) as gate_catches,
    round(d.u_low, 6) as u_low,
    round(d.u_mid, 6) as u_mid,
    round(d.u_high, 6) as u_high,
    d.n_steps,
    d.via,
    d.n_evidence,
    coalesce(e.n_artifacts, 0) - case when d.is_counted and d.rung >= 2 then 1 else 0 end as co_enablers,
    round(d.top_acceptor_share, 6) as top_acceptor_share,
    d.policy_version,
    d.is_counted,
    d.not_counted_reason
from {{ ref('int_leverage_reached') }} as d
left join gates as g on d.artifact_id = g.artifact_id and d.project_id = g.project_id and d.period_id = g.period_id
left join catches as c on d.artifact_id = c.artifact_id and d.project_id = c.project_id and d.period_id = c.period_id
left join enablers as e on d.project_id = e.project_id and d.period_id = e.period_id
