-- Authors of a pull request with equal shares: people only, bots and coding agents taken out before the split. What everybody named has
-- signed goes before it.
with contributors as (
    select
        *,
        coalesce(person_id, account) as author_key,
        bool_or(kind = 'human') over (partition by pull_request_id) as has_human
    from {{ ref('int_pull_request_contributors') }}
    -- Commits may be known of a pull request that is itself in quarantine.
    where pull_request_id in (select pulls.pull_request_id from {{ ref('stg_github__pull_requests') }} as pulls)
),

authors as (
    select
        pull_request_id,
        author_key,
        min(person_id) as person_id,
        min(kind) as kind,
        case when bool_or(basis = 'opener') then 'author' else 'co_author' end as role
    from contributors
    where
        kind = 'human'
        -- Somebody unknown who opened it or is named as co-author keeps a share that nobody gets. An unknown address on a
        -- commit next to a known person is more likely that person's than a stranger's.
        or (kind = 'unknown' and (basis != 'commit' or not has_human))
    group by pull_request_id, author_key
),

automated as (
    select
        pull_request_id,
        min(author_key) as author_key,
        cast(null as varchar) as person_id,
        case when bool_or(kind = 'ai_agent') then 'ai_agent' else 'bot' end as kind,
        'author' as role
    from contributors
    where pull_request_id not in (select authors.pull_request_id from authors)
    group by pull_request_id
),

everyone as (
    select * from authors
    union all
    select * from automated
),

signed as (
    select * from {{ ref('int_pull_request_signed_shares') }}
)

select
    pull_request_id,
    author_key,
    person_id,
    kind,
    role,
    1.0 / count(*) over (partition by pull_request_id) as share,
    'history' as basis
from everyone
where pull_request_id not in (select signed.pull_request_id from signed)
union all
select
    signed.pull_request_id,
    signed.person_id,
    signed.person_id,
    'human',
    coalesce(authors.role, 'co_author'),
    signed.share,
    'signed'
from signed
left join authors on signed.pull_request_id = authors.pull_request_id and signed.person_id = authors.person_id
