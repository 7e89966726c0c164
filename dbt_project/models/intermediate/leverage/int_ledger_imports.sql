-- Channel import: a source file on the default branch imports the artifact's package.
select
    i.artifact_id,
    i.repository_id,
    'import' as channel,
    i.path as group_key,
    i.path,
    i.line,
    i.from_sha as introduced_sha,
    i.from_at as introduced_at,
    i.to_at as removed_at,
    i.from_pull_request_number as pull_request_number,
    i.from_author_email as author_email,
    false as is_similar,
    1 as n_items,
    'imports' as source_kind,
    {{ record_id(['i.repository_id', 'i.path', 'i.artifact_id', 'i.from_sha']) }} as source_record_id,
    i._source_url as url
from {{ ref('stg_git__imports') }} as i
inner join {{ ref('dim_artifacts') }} as a on i.artifact_id = a.artifact_id
