-- Every path a prompt has had.
select distinct repository_id, prompt_key, repository_id || ':' || prompt_key as prompt_id, kind, path
from (
    select repository_id, prompt_key, kind, path from {{ ref('stg_git__prompt_versions') }}
    union all
    select repository_id, prompt_key, kind, previous_path from {{ ref('stg_git__prompt_versions') }}
    union all
    select repository_id, prompt_key, kind, prompt_key from {{ ref('stg_git__prompt_versions') }}
) as names
where path is not null
