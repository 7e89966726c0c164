-- Pull requests that touch what decides how an AI answers or how that is judged: prompts, rubrics, goldens, thresholds, gate configuration.
select distinct files.pull_request_id
from {{ ref('stg_github__pull_request_files') }} as files
left join {{ ref('stg_git__prompt_versions') }} as prompts
    on files.repository_id = prompts.repository_id and files.path = prompts.path and prompts.symbol is null
where prompts.path is not null or {{ is_gate_surface('files.path') }}
