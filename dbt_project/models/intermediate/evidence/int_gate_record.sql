-- What the gates that an artifact runs did in a period: how often they ran, what they caught, and what speaks against them.
with runs as (
    select
        g.artifact_id,
        t.period_id,
        count(*) as n_runs,
        count(distinct g.project_id) as n_projects,
        count(case when g.is_blocking then 1 end) as n_blocks,
        count(case when g.verdict = 'scored_nothing' then 1 end) as n_scored_nothing
    from {{ ref('fct_gate_runs') }} as g
    inner join {{ ref('int_periods') }} as t
        on {{ utc_date('g.started_at') }} >= t.period_start and {{ utc_date('g.started_at') }} < t.period_end
    where g.artifact_id is not null and g.verdict not in ('not_exercised', 'pending')
    group by g.artifact_id, t.period_id
),

outcomes as (
    select
        c.artifact_id,
        t.period_id,
        count(case when c.counts_low then 1 end) as n_low,
        count(case when c.counts_mid then 1 end) as n_mid,
        count(case when c.counts_high then 1 end) as n_high,
        count(case when c.outcome = 'blocked_abandoned' and c.counted_in_pull_request_id is null then 1 end) as n_abandoned,
        count(case when c.outcome = 'rebaselined' then 1 end) as n_rebaselined,
        count(case when c.outcome = 'merged_on_red' then 1 end) as n_merged_on_red,
        count(case when c.outcome = 'merged_not_exercised' then 1 end) as n_merged_not_exercised,
        count(case when c.outcome = 'infra_failure' then 1 end) as n_infra_failures,
        count(c.counted_in_pull_request_id) as n_repeats,
        median(case when c.counts_high then c.detection_lead_minutes end) as detection_lead_minutes
    from {{ ref('fct_gate_catches') }} as c
    inner join {{ ref('int_periods') }} as t
        on
            {{ utc_date('coalesce(c.closed_at, c.green_at, c.red_at)') }} >= t.period_start
            and {{ utc_date('coalesce(c.closed_at, c.green_at, c.red_at)') }} < t.period_end
    where c.artifact_id is not null
    group by c.artifact_id, t.period_id
),

declared as (
    select artifact_id, period_id, count(distinct project_id) as n_declared
    from {{ ref('int_evidence_judged') }}
    where channel = 'uses_decl' and coverage > 0
    group by artifact_id, period_id
)

select
    a.artifact_id,
    t.period_id,
    coalesce(r.n_runs, 0) as n_runs,
    coalesce(r.n_projects, 0) as n_projects,
    coalesce(r.n_blocks, 0) as n_blocks,
    coalesce(r.n_scored_nothing, 0) as n_scored_nothing,
    coalesce(f.n_heads, 0) as n_heads,
    coalesce(f.n_flaky_heads, 0) as n_flaky_heads,
    f.rate_low as flake_rate_low,
    f.rate_high as flake_rate_high,
    coalesce(o.n_low, 0) as n_low,
    coalesce(o.n_mid, 0) as n_mid,
    coalesce(o.n_high, 0) as n_high,
    coalesce(o.n_abandoned, 0) as n_abandoned,
    coalesce(o.n_rebaselined, 0) as n_rebaselined,
    coalesce(o.n_merged_on_red, 0) as n_merged_on_red,
    coalesce(o.n_merged_not_exercised, 0) as n_merged_not_exercised,
    coalesce(o.n_infra_failures, 0) as n_infra_failures,
    coalesce(o.n_repeats, 0) as n_repeats,
    o.detection_lead_minutes,
    coalesce(d.n_declared, 0) as n_declared
from {{ ref('dim_artifacts') }} as a
cross join {{ ref('int_periods') }} as t
left join runs as r on a.artifact_id = r.artifact_id and t.period_id = r.period_id
left join outcomes as o on a.artifact_id = o.artifact_id and t.period_id = o.period_id
left join {{ ref('fct_gate_flake_rates') }} as f on f.scope_kind = 'artifact' and a.artifact_id = f.artifact_id and t.period_id = f.period_id
left join declared as d on a.artifact_id = d.artifact_id and t.period_id = d.period_id
where r.n_runs > 0 or o.artifact_id is not null or d.n_declared > 0
