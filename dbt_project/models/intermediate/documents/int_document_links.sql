-- What documents of repositories and of plain folders link to or name, with the raw record that says so. Of a folder nobody tells who
-- wrote a line, or when.
select
    'git' as system,
    {{ record_id(['repository_id', 'path', 'target_kind', 'target', 'from_sha']) }} as record_id,
    repository_id, path, target_kind, target, line, line_sha, from_at, from_author_email, is_current, _source_url
from {{ ref('stg_git__document_links') }}
union all
select
    'documents',
    {{ record_id(['document_id', 'target_kind', 'target']) }},
    'documents:' || folder, path, target_kind, target, line, line_sha, null, null, true, _source_url
from {{ ref('stg_documents__document_links') }}
