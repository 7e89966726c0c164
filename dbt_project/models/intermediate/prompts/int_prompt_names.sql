-- Every path a prompt has had. A file that only holds a prompt among other code is not meant when it is named.
with files as (
    select * from {{ ref('stg_git__prompt_versions') }}
    where symbol is null
)

select distinct repository_id, prompt_key, repository_id || ':' || prompt_key as prompt_id, kind, path
from (
    select repository_id, prompt_key, kind, path from files
    union all
    select repository_id, prompt_key, kind, previous_path from files
    union all
    select repository_id, prompt_key, kind, prompt_key from files
) as names
where path is not null
