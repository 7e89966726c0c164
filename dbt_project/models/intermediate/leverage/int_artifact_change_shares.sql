-- Estimator "changes": one unit per merged, non-trivial pull request that touched the artifact since it began, split among its authors.
with changes as (
    select a.artifact_id, p.pull_request_id, {{ utc_date('p.merged_at') }} as merged_on
    from {{ ref('dim_artifacts') }} as a
    inner join {{ ref('fct_pull_requests') }} as p on a.repository_id = p.repository_id
    where
        p.merged_at is not null
        and not p.is_trivial
        and (
            a.artifact_id not in (select artifact_id from {{ ref('int_artifact_paths') }})
            or exists (
                select 1
                from {{ ref('stg_github__pull_request_files') }} as f
                inner join {{ ref('int_artifact_paths') }} as g on {{ matches('f.path', 'g.path_regex') }}
                where f.pull_request_id = p.pull_request_id and g.artifact_id = a.artifact_id
            )
        )
),

credit as (
    select
        c.artifact_id,
        t.period_id,
        case when b.kind = 'human' then b.person_id end as person_id,
        sum(b.share) as credit
    from changes as c
    inner join {{ ref('int_periods') }} as t on c.merged_on < t.period_end
    inner join {{ ref('bridge_pull_request_authors') }} as b on c.pull_request_id = b.pull_request_id
    group by c.artifact_id, t.period_id, case when b.kind = 'human' then b.person_id end
)

select artifact_id, period_id, person_id, credit / sum(credit) over (partition by artifact_id, period_id) as share
from credit
