select
    split_id as pull_request_split_id,
    repository,
    pull_request_number,
    pull_request_id,
    valid_from,
    n_people,
    n_signed,
    state,
    source_url
from {{ ref('int_pull_request_splits') }}
