-- Pull requests that were closed without merging. Left out: bots, drafts that lived less than a day, and branches that were opened again
-- and merged.
with pulls as (
    select pulls.*, accounts.kind as author_kind
    from {{ ref('stg_github__pull_requests') }} as pulls
    left join {{ ref('int_accounts_resolved') }} as accounts
        on accounts.system = 'github' and cast(pulls.author_id as varchar) = accounts.account
)

select pulls.pull_request_id, pulls.repository_id, pulls.number, pulls.head_sha, pulls.closed_at, pulls._source_url as source_url
from pulls
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
