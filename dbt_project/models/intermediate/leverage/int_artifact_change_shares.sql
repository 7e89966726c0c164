-- Estimator "changes": one unit per merged change of the artifact since it began, split among its authors.
with credit as (
    select
        c.artifact_id,
        t.period_id,
        case when b.kind = 'human' then b.person_id end as person_id,
        sum(b.share) as credit
    from {{ ref('int_artifact_changes') }} as c
    inner join {{ ref('int_periods') }} as t on c.merged_on < t.period_end
    inner join {{ ref('bridge_pull_request_authors') }} as b on c.pull_request_id = b.pull_request_id
    group by c.artifact_id, t.period_id, case when b.kind = 'human' then b.person_id end
)

select artifact_id, period_id, person_id, credit / sum(credit) over (partition by artifact_id, period_id) as share
from credit
