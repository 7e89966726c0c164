select
    dataset_version_id,
    dataset_name,
    kind,
    version_label,
    content_sha,
    version_at,
    native_id,
    n_items,
    n_slices,
    {{ list_size(json_keys('failure_modes')) }} as n_failure_modes,
    slices,
    failure_modes,
    _source_url as source_url
from {{ ref('stg_evals__dataset_versions') }}
