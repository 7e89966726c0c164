-- Authors of a commit with equal shares: author and co-author trailers, bots and coding agents taken out before the split.
with accounts as (
    select account, person_id, kind from {{ ref('int_accounts_resolved') }} where system = 'git'
),

signed as (
    select repository_id, sha, author_email as email, 'author' as role from {{ ref('stg_git__commits') }}
    union all
    select commits.repository_id, commits.sha, lower({{ json_text('c.co_author', '$.email') }}), 'co_author'
    from {{ ref('stg_git__commits') }} as commits
    {{ each(json_objects('commits.co_authors'), 'c', 'co_author') }}
),

contributors as (
    select
        signed.*,
        accounts.person_id,
        coalesce(accounts.kind, 'unknown') as kind,
        coalesce(accounts.person_id, signed.email, 'nobody') as author_key
    from signed
    left join accounts on signed.email = accounts.account
),

authors as (
    select repository_id, sha, author_key, min(person_id) as person_id, min(kind) as kind, min(role) as role
    from contributors
    where kind in ('human', 'unknown')
    group by repository_id, sha, author_key
),

automated as (
    select
        c.repository_id, c.sha, min(c.author_key) as author_key, cast(null as varchar) as person_id,
        case when bool_or(c.kind = 'ai_agent') then 'ai_agent' else 'bot' end as kind, 'author' as role
    from contributors as c
    left join authors on c.repository_id = authors.repository_id and c.sha = authors.sha
    where authors.sha is null
    group by c.repository_id, c.sha
),

everyone as (
    select * from authors
    union all
    select * from automated
)

select *, 1.0 / count(*) over (partition by repository_id, sha) as share
from everyone
