{{ config(materialized='by_key') }}
-- One row per artifact, project and period: the strongest proof of use at either bound. Pairs that do not count keep their reason.
with judged as (
    select
        j.*,
        -- The fact that came nearest to counting says why the pair does not.
        case j.not_counted_reason
            when 'similar_name' then 1 when 'own_repository' then 2 when 'project_unmapped' then 3 when 'fork' then 4
            when 'template_inherited' then 5 when 'archived' then 6 when 'vendored_copy' then 7 when 'removed_before_period' then 8
            when 'not_observed_since' then 9 when 'not_executed' then 10 when 'bot_accepted' then 11 when 'unknown_acceptor' then 12
            when 'insider_accepted' then 13 when 'single_contributor' then 14 when 'few_changes' then 15
        end as nearness
    from {{ ref('int_evidence_judged') }} as j
    {{ only_due('j') }}
),

pairs as (
    select
        artifact_id, project_id, period_id,
        min(period_start) as period_start,
        min(period_end) as period_end,
        max_by(not_counted_reason, nearness) as nearest_reason
    from judged
    group by artifact_id, project_id, period_id
),

counted as (
    select
        artifact_id, project_id, period_id,
        max(rung) as rung,
        max(low) as u_low,
        max(high) as u_high,
        max(run_days) as run_days,
        count(*) as n_evidence,
        min(policy_version) as policy_version
    from {{ ref('int_leverage_bounded') }}
    group by artifact_id, project_id, period_id
),

acceptors as (
    select artifact_id, project_id, period_id, max(n_accepted) as n_most
    from (
        select artifact_id, project_id, period_id, accepted_by_person_id, count(*) as n_accepted
        from {{ ref('int_leverage_bounded') }}
        group by artifact_id, project_id, period_id, accepted_by_person_id
    ) as per_person
    group by artifact_id, project_id, period_id
)

select
    p.artifact_id,
    p.project_id,
    p.period_id,
    p.period_start,
    p.period_end,
    c.rung is not null as is_counted,
    case when c.rung is null then p.nearest_reason end as not_counted_reason,
    coalesce(c.rung, 0) as rung,
    coalesce(c.run_days, 0) as run_days,
    coalesce(c.u_low, 0.0) as u_low,
    (coalesce(c.u_low, 0.0) + coalesce(c.u_high, 0.0)) / 2 as u_mid,
    coalesce(c.u_high, 0.0) as u_high,
    coalesce(c.n_evidence, 0) as n_evidence,
    a.n_most / cast(c.n_evidence as double) as top_acceptor_share,
    c.policy_version
from pairs as p
left join counted as c on p.artifact_id = c.artifact_id and p.project_id = c.project_id and p.period_id = c.period_id
left join acceptors as a on p.artifact_id = a.artifact_id and p.project_id = a.project_id and p.period_id = a.period_id
