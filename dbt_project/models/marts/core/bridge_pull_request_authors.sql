select
    {{ stable_hash(['pull_request_id', 'author_key']) }} as pull_request_author_id,
    pull_request_id,
    person_id,
    kind,
    role,
    cast(share as double) as share,
    basis
from {{ ref('int_pull_request_authors') }}
