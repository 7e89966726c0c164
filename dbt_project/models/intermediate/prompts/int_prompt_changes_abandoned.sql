-- Pull requests that touched a prompt and were closed without merging.
with touched as (
    select
        pulls.pull_request_id,
        names.prompt_id,
        min(names.repository_id) as repository_id,
        min(names.prompt_key) as prompt_key,
        min(names.kind) as kind,
        min(files.path) as path,
        sum(coalesce(files.additions, 0) + coalesce(files.deletions, 0)) as n_lines,
        max(files.change_type) as change_type
    from {{ ref('int_pull_requests_abandoned') }} as pulls
    inner join {{ ref('stg_github__pull_request_files') }} as files on pulls.pull_request_id = files.pull_request_id
    inner join {{ ref('int_prompt_names') }} as names on pulls.repository_id = names.repository_id and files.path = names.path
    group by pulls.pull_request_id, names.prompt_id
)

select
    {{ stable_hash(["'prompt_attempt'", 'touched.prompt_id', 'touched.pull_request_id']) }} as prompt_change_id,
    touched.prompt_id,
    touched.repository_id,
    touched.prompt_key,
    pulls.head_sha as sha,
    touched.kind,
    touched.path,
    cast(touched.n_lines as bigint) as n_lines,
    touched.change_type,
    pulls.closed_at,
    pulls.number as pull_request_number,
    pulls.pull_request_id,
    pulls.source_url
from touched
inner join {{ ref('int_pull_requests_abandoned') }} as pulls on touched.pull_request_id = pulls.pull_request_id
