{{ config(materialized='by_key') }}
-- One row per person, artifact, counted project and period: authorship times proof of use, without the part of the project they built.
-- Two buckets keep the sum whole: use of unattributed work, and use by the authors themselves.
with shares as (
    select
        d.artifact_id, d.project_id, d.period_id, d.period_start, d.period_end, d.rung, d.u_low, d.u_mid, d.u_high, d.u_mid_raised,
        s.person_id, s.share_low, s.share_mid, s.share_high,
        coalesce(i.share, 0.0) as own_share
    from {{ ref('int_leverage_reached') }} as d
    {{ only_due('d') }}
    inner join {{ ref('int_artifact_author_shares') }} as s on d.artifact_id = s.artifact_id and d.period_id = s.period_id
    left join {{ ref('int_project_author_shares') }} as i
        on d.project_id = i.project_id and d.period_id = i.period_id and s.person_id = i.person_id
    where d.is_counted
)

select
    artifact_id, project_id, period_id, period_start, period_end, rung,
    case when person_id is null then 'unattributed' else 'person' end as bucket,
    person_id, share_low, share_mid, share_high, own_share,
    share_low * u_low * (1 - own_share) as leverage_low,
    share_mid * u_mid * (1 - own_share) as leverage_mid,
    share_high * u_high * (1 - own_share) as leverage_high,
    share_mid * u_mid_raised * (1 - own_share) as leverage_mid_raised
from shares
union all
select
    artifact_id, project_id, period_id, min(period_start), min(period_end), min(rung),
    'self_use', null, null, null, null, null,
    sum(share_low * u_low * own_share),
    sum(share_mid * u_mid * own_share),
    sum(share_high * u_high * own_share),
    sum(share_mid * u_mid_raised * own_share)
from shares
group by artifact_id, project_id, period_id
