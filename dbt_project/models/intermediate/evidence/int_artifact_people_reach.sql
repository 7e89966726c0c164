-- Per engineer, artifact and period: how many projects used it and how, what share is theirs, and the leverage that follows.
-- A project that the engineer built half or more of is not "other people's" and is counted apart.
with used as (
    select
        l.person_id,
        l.artifact_id,
        l.period_id,
        count(case when l.own_share < 0.5 and l.rung = 4 then 1 end) as n_relied,
        count(case when l.own_share < 0.5 and l.rung >= 3 then 1 end) as n_ran,
        count(case when l.own_share < 0.5 and l.rung < 3 then 1 end) as n_weak,
        count(case when l.own_share < 0.5 and l.rung = 0 then 1 end) as n_inherited,
        count(case when l.own_share < 0.5 and a.adopted_on >= l.period_start and a.adopted_on < l.period_end then 1 end) as n_adopted,
        count(case when l.own_share >= 0.5 then 1 end) as n_mostly_own,
        count(*) as n_projects,
        sum(l.leverage_low) as leverage_low,
        sum(l.leverage_mid) as leverage_mid,
        sum(l.leverage_high) as leverage_high,
        sum(l.leverage_mid_raised) as leverage_mid_raised
    from {{ ref('int_leverage_people') }} as l
    left join {{ ref('fct_adoptions') }} as a on l.artifact_id = a.artifact_id and l.project_id = a.project_id
    where l.bucket = 'person'
    group by l.person_id, l.artifact_id, l.period_id
),

reached as (
    select
        artifact_id, period_id,
        sum(u_low) as reach_low,
        sum(u_mid) as reach_mid,
        sum(u_high) as reach_high,
        count(case when not is_counted and not_counted_reason <> 'own_repository' then 1 end) as n_not_counted,
        min(policy_version) as policy_version
    from {{ ref('int_leverage_reached') }}
    group by artifact_id, period_id
),

acceptors as (
    select artifact_id, period_id, max(n_accepted) / cast(sum(n_accepted) as double) as top_acceptor_share
    from (
        select artifact_id, period_id, accepted_by_person_id, count(*) as n_accepted
        from {{ ref('int_leverage_bounded') }}
        group by artifact_id, period_id, accepted_by_person_id
    ) as per_person
    group by artifact_id, period_id
),

-- People outside of the artifact's authors who acknowledge it in packets of their own.
acknowledged as (
    select artifact_id, period_id, count(distinct accepted_by_person_id) as n_acknowledged_by
    from {{ ref('int_leverage_bounded') }}
    where channel = 'ack'
    group by artifact_id, period_id
)

select
    s.person_id,
    s.artifact_id,
    a.name as artifact_name,
    t.period_id,
    t.period_start,
    t.period_end,
    s.share_low,
    s.share_mid,
    s.share_high,
    s.basis as share_basis,
    coalesce(u.n_relied, 0) as n_relied,
    coalesce(u.n_ran, 0) as n_ran,
    coalesce(u.n_weak, 0) as n_weak,
    coalesce(u.n_inherited, 0) as n_inherited,
    coalesce(u.n_adopted, 0) as n_adopted,
    coalesce(u.n_mostly_own, 0) as n_mostly_own,
    coalesce(u.n_projects, 0) as n_projects,
    coalesce(u.leverage_low, 0.0) as leverage_low,
    coalesce(u.leverage_mid, 0.0) as leverage_mid,
    coalesce(u.leverage_high, 0.0) as leverage_high,
    coalesce(u.leverage_mid, 0.0) * (1 - {{ policy_threshold('policy_sensitivity') }}) as leverage_mid_lowered,
    coalesce(u.leverage_mid_raised, 0.0) as leverage_mid_raised,
    coalesce(r.reach_low, 0.0) as reach_low,
    coalesce(r.reach_mid, 0.0) as reach_mid,
    coalesce(r.reach_high, 0.0) as reach_high,
    coalesce(r.n_not_counted, 0) as n_not_counted,
    coalesce(e.leverage_low, 0.0) as all_artifacts_low,
    coalesce(e.leverage_mid, 0.0) as all_artifacts_mid,
    coalesce(e.leverage_high, 0.0) as all_artifacts_high,
    coalesce(k.n_acknowledged_by, 0) as n_acknowledged_by,
    c.top_acceptor_share,
    r.policy_version,
    f.closed_on
from {{ ref('int_leverage_shares') }} as s
inner join {{ ref('dim_artifacts') }} as a on s.artifact_id = a.artifact_id
inner join {{ ref('int_periods') }} as t on s.period_id = t.period_id
left join used as u on s.person_id = u.person_id and s.artifact_id = u.artifact_id and s.period_id = u.period_id
left join reached as r on s.artifact_id = r.artifact_id and s.period_id = r.period_id
left join {{ ref('int_leverage_engineers') }} as e on s.person_id = e.person_id and s.period_id = e.period_id
left join acceptors as c on s.artifact_id = c.artifact_id and s.period_id = c.period_id
left join {{ ref('int_leverage_states') }} as f on s.artifact_id = f.artifact_id and s.period_id = f.period_id
left join acknowledged as k on s.artifact_id = k.artifact_id and s.period_id = k.period_id
where s.person_id is not null and s.share_high > 0
