select
    {{ stable_hash(['repository_id', 'sha', 'author_key']) }} as commit_author_id,
    {{ stable_hash(['repository_id', 'sha']) }} as commit_id,
    repository_id,
    sha,
    person_id,
    kind,
    role,
    cast(share as double) as share
from {{ ref('int_commit_authors') }}
