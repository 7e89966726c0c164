-- Pull requests that touched a prompt and were closed without merging. Left out: bots, drafts that lived less than a day,
-- and branches that were opened again and merged.
with pulls as (
    select pulls.*, accounts.kind as author_kind
    from {{ ref('stg_github__pull_requests') }} as pulls
    left join {{ ref('int_accounts_resolved') }} as accounts
        on accounts.system = 'github' and cast(pulls.author_id as varchar) = accounts.account
),

touched as (
    select
        pulls.pull_request_id,
        names.prompt_id,
        min(names.repository_id) as repository_id,
        min(names.prompt_key) as prompt_key,
        min(names.kind) as kind,
        min(files.path) as path,
        sum(coalesce(files.additions, 0) + coalesce(files.deletions, 0)) as n_lines,
        max(files.change_type) as change_type
    from pulls
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
    pulls._source_url as source_url
from touched
inner join pulls on touched.pull_request_id = pulls.pull_request_id
where
    pulls.closed_at is not null
    and pulls.merged_at is null
    and coalesce(pulls.author_kind, 'unknown') != 'bot'
    and not (coalesce(pulls.is_draft, false) and {{ minutes_between('pulls.created_at', 'pulls.closed_at') }} < 1440)
    and not exists (
        select 1
        from pulls as again
        where
            again.repository_id = pulls.repository_id
            and again.head_ref = pulls.head_ref
            and again.pull_request_id != pulls.pull_request_id
            and again.created_at >= pulls.created_at
            and again.merged_at is not null
    )
