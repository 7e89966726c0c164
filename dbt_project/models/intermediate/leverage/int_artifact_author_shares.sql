-- Authorship of an artifact in a period: two estimators, and their disagreement is the interval; or a split that everybody named has
-- signed, which replaces both. Unrounded; null is unattributed.
with shares as (
    select artifact_id, period_id, person_id, 'lines' as estimator, share from {{ ref('int_artifact_line_shares') }}
    union all
    select artifact_id, period_id, person_id, 'changes', share from {{ ref('int_artifact_change_shares') }}
),

estimators as (
    select artifact_id, period_id, count(distinct estimator) as n_estimators,
        max(case when estimator = 'lines' then 1 else 0 end) as has_lines,
        max(case when estimator = 'changes' then 1 else 0 end) as has_changes
    from shares
    group by artifact_id, period_id
),

people as (
    select
        s.artifact_id,
        s.period_id,
        s.person_id,
        -- Missing in one of two estimators means nothing there; an estimator missing for everyone says nothing.
        case when count(*) < min(e.n_estimators) then 0.0 else min(s.share) end as share_low,
        sum(s.share) / min(e.n_estimators) as share_mid,
        max(s.share) as share_high,
        case when min(e.has_lines) = 1 then coalesce(max(case when s.estimator = 'lines' then s.share end), 0.0) end as lines_share,
        case when min(e.has_changes) = 1 then coalesce(max(case when s.estimator = 'changes' then s.share end), 0.0) end as credit_share
    from shares as s
    inner join estimators as e on s.artifact_id = e.artifact_id and s.period_id = e.period_id
    group by s.artifact_id, s.period_id, s.person_id
),

signed as (
    select * from {{ ref('int_artifact_signed_shares') }}
),

chosen as (
    select p.*, 'history' as basis
    from people as p
    where not exists (select 1 from signed as s where s.artifact_id = p.artifact_id and s.period_id = p.period_id)
    union all
    select s.artifact_id, s.period_id, s.person_id, s.share, s.share, s.share, p.lines_share, p.credit_share, 'signed'
    from signed as s
    left join people as p on s.artifact_id = p.artifact_id and s.period_id = p.period_id and s.person_id = p.person_id
),

nobody as (
    select
        a.artifact_id,
        t.period_id,
        cast(null as varchar) as person_id,
        case when o.artifact_id is null then 1.0 else 0.0 end as share,
        coalesce(o.basis, 'history') as basis,
        e.has_lines,
        e.has_changes
    from {{ ref('dim_artifacts') }} as a
    cross join {{ ref('int_periods') }} as t
    left join estimators as e on a.artifact_id = e.artifact_id and t.period_id = e.period_id
    left join (select artifact_id, period_id, min(basis) as basis from chosen group by artifact_id, period_id) as o
        on a.artifact_id = o.artifact_id and t.period_id = o.period_id
    where not exists (
        select 1 from chosen as p where p.artifact_id = a.artifact_id and p.period_id = t.period_id and p.person_id is null
    )
)

select artifact_id, period_id, person_id, share_low, share_mid, share_high, lines_share, credit_share, basis
from chosen
union all
select
    artifact_id, period_id, person_id, share, share, share,
    case when has_lines = 1 then 0.0 end,
    case when has_changes = 1 then 0.0 end, basis
from nobody
