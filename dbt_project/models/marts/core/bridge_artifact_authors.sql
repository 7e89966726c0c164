-- Who wrote each artifact, as dated share ranges; the row without a person is what nobody can be credited with.
select
    {{ stable_hash(['s.artifact_id', 's.person_id', 's.period_id']) }} as artifact_author_id,
    s.artifact_id,
    s.person_id,
    s.period_id,
    t.period_start,
    t.period_end,
    round(s.share_low, 6) as share_low,
    round(s.share_mid, 6) as share_mid,
    round(s.share_high, 6) as share_high,
    round(s.lines_share, 6) as lines_share,
    round(s.credit_share, 6) as credit_share,
    s.basis
from {{ ref('int_artifact_author_shares') }} as s
inner join {{ ref('int_periods') }} as t on s.period_id = t.period_id
