-- Documents of repositories, each for as long as it stood at its path, and those of plain folders, as they are now. A folder stands where a
-- repository does; when a document of it was first there nobody tells but the document itself.
select
    'git' as system,
    {{ record_id(['repository_id', 'path', 'from_sha']) }} as record_id,
    repository_id, path, kind, title, document_key, status, authors, dated_on, from_sha, from_pull_request_number, from_at, to_at, is_current,
    _source_url
from {{ ref('stg_git__documents') }}
union all
select
    'documents', document_id, 'documents:' || folder, path, kind, title, document_key, status, authors, dated_on, null, null,
    {{ day_start('dated_on') }}, null, true, _source_url
from {{ ref('stg_documents__documents') }}
