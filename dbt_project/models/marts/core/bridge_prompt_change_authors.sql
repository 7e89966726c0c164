select
    {{ stable_hash(['prompt_change_id', 'author_key']) }} as prompt_change_author_id,
    prompt_change_id,
    person_id,
    kind,
    role,
    cast(share as double) as share,
    basis
from {{ ref('int_prompt_authors') }}
