-- Artifacts and periods, with what their leverage depends on, and whether it is due: new and retracted facts, merged accounts, projects
-- mapped anew, another policy or other SQL. A closed period is due when it was just closed, and when a correction has been approved.
{% set chain = [
    'int_evidence_judged', 'int_leverage_bounded', 'int_leverage_direct', 'int_leverage_indirect', 'int_leverage_reached', 'int_leverage_people'
] %}
with facts as (
    select p.artifact_id, p.period_id, {{ rows_hash('p') }} as facts
    from (
        select
            artifact_id, period_id, ledger_id, project_id, channel, rung, is_span, is_lost, coverage, excluded_reason,
            accepted_by_person_id, accepted_by_kind,
            case when is_span then null else day_from end as happened_on,
            is_span and day_to <= period_start as is_over
        from {{ ref('int_evidence_placed') }}
    ) as p
    group by p.artifact_id, p.period_id
),

-- Sums of shares differ in their last digit from one run to the next.
shares as (
    select s.artifact_id, s.period_id, {{ rows_hash('s') }} as shares
    from (
        select
            artifact_id, period_id, person_id, basis,
            round(share_low, 9) as share_low,
            round(share_mid, 9) as share_mid,
            round(share_high, 9) as share_high
        from {{ ref('int_artifact_author_shares') }}
    ) as s
    group by s.artifact_id, s.period_id
),

projects as (
    select q.period_id, {{ rows_hash('q') }} as projects
    from {{ ref('int_projects_qualified') }} as q
    group by q.period_id
),

own_shares as (
    select i.period_id, {{ rows_hash('i') }} as own_shares
    from (select project_id, period_id, person_id, round(share, 9) as share from {{ ref('int_project_author_shares') }}) as i
    group by i.period_id
),

dependencies as (
    select d.period_id, {{ rows_hash('d') }} as dependencies
    from {{ ref('int_project_dependencies') }} as d
    group by d.period_id
),

returned as (
    select {{ rows_hash('r.statement_id') }} as returned from {{ ref('int_acknowledgements_reciprocal') }} as r
),

policy as (
    select {{ rows_hash('p') }} as policy from {{ ref('attribution_policy') }} as p
    where p.is_current
),

thresholds as (
    select {{ rows_hash('t') }} as thresholds from {{ ref('attribution_thresholds') }} as t
    where t.is_current
),

closed as (
    select period_id, min(closed_on) as closed_on from {{ ref('stg_config__closed_periods') }}
    group by period_id
),

corrections as (
    select artifact_id, period_id, count(*) as n_corrections, max(approved_on) as corrected_on
    from {{ ref('stg_config__period_corrections') }}
    group by artifact_id, period_id
),

inputs as (
    select
        a.artifact_id,
        t.period_id,
        c.closed_on,
        x.corrected_on,
        coalesce(x.n_corrections, 0) as n_corrections,
        {{ stable_hash([
            'a.project_id', 't.observed_until', 'f.facts', 's.shares', 'q.projects', 'o.own_shares', 'd.dependencies', 'r.returned', 'p.policy',
            'h.thresholds', "'" ~ method_of(chain) ~ "'"
        ]) }} as inputs
    from {{ ref('dim_artifacts') }} as a
    cross join {{ ref('int_periods') }} as t
    cross join returned as r
    cross join policy as p
    cross join thresholds as h
    left join facts as f on a.artifact_id = f.artifact_id and t.period_id = f.period_id
    left join shares as s on a.artifact_id = s.artifact_id and t.period_id = s.period_id
    left join projects as q on t.period_id = q.period_id
    left join own_shares as o on t.period_id = o.period_id
    left join dependencies as d on t.period_id = d.period_id
    left join closed as c on t.period_id = c.period_id
    left join corrections as x on a.artifact_id = x.artifact_id and t.period_id = x.period_id
),

wanted as (
    select *, case when closed_on is null then inputs else 'closed, corrections: ' || cast(n_corrections as varchar) end as fingerprint
    from inputs
),

kept as (
    select artifact_id, period_id, fingerprint from {{ kept_states_or_none() }}
)

select
    coalesce(w.artifact_id, k.artifact_id) as artifact_id,
    coalesce(w.period_id, k.period_id) as period_id,
    w.closed_on,
    w.corrected_on,
    w.n_corrections,
    w.inputs,
    w.fingerprint,
    -- A key without inputs is gone: its rows are deleted.
    coalesce(w.fingerprint, '') <> coalesce(k.fingerprint, '') or (w.closed_on is null and {{ is_full_refresh() }}) as is_due
from wanted as w
full outer join kept as k on w.artifact_id = k.artifact_id and w.period_id = k.period_id
