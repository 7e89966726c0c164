-- Channel doc_mention: a document on the default branch names the artifact, or something that only looks like it.
select
    m.artifact_id,
    m.repository_id,
    'doc_mention' as channel,
    m.path || case when m.is_exact then '' else '|similar' end as group_key,
    m.path,
    m.line,
    m.from_sha as introduced_sha,
    m.from_at as introduced_at,
    m.to_at as removed_at,
    m.from_pull_request_number as pull_request_number,
    m.from_author_email as author_email,
    not m.is_exact as is_similar,
    1 as n_items,
    'mentions' as source_kind,
    {{ record_id(['m.repository_id', 'm.path', 'm.artifact_id', 'm.is_exact', 'm.from_sha']) }} as source_record_id,
    m._source_url as url
from {{ ref('stg_git__mentions') }} as m
inner join {{ ref('dim_artifacts') }} as a on m.artifact_id = a.artifact_id
