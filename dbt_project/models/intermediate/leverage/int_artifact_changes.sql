-- Merged, non-trivial pull requests that touched an artifact, since it began.
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
