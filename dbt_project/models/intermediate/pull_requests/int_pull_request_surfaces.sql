-- What kind of files a pull request touches, as far as its files were loaded.
with files as (
    select
        pull_request_id,
        {{ matches_nocase('path', "'(^|/)docs?/.*[.](md|rst|txt|adoc)$'") }} as is_docs,
        {{ matches_nocase('path', "'[.]lock$|(^|/)(package-lock[.]json|npm-shrinkwrap[.]json|pnpm-lock[.]yaml|go[.]sum)$'") }} as is_lock,
        {{ matches_nocase(
            'path',
            "'(^|/)(pyproject[.]toml|setup[.](py|cfg)|requirements[^/]*[.](txt|in)|package[.]json|go[.]mod|cargo[.]toml|pipfile)$'"
        ) }} as is_manifest
    from {{ ref('stg_github__pull_request_files') }}
)

select
    pull_request_id,
    bool_and(is_docs or is_lock) as is_docs_or_lock_only,
    bool_and(is_manifest or is_lock) as is_manifest_only,
    count(*) as n_files
from files
group by pull_request_id
