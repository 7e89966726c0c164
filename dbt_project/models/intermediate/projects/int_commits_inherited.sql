-- Commits that a repository has from another one: work that is counted there, and only there.
with commits as (
    select
        c.repository_id,
        c.sha,
        c.landed_sha,
        c.is_merge,
        c.landed_at,
        r.created_at,
        r.fork_source_id,
        coalesce(r.is_fork, false) as is_fork
    from {{ ref('stg_git__commits') }} as c
    left join {{ ref('int_repositories') }} as r on c.repository_id = r.repository_id
),

-- Of several repositories that hold a commit, a fork never is its home; else the oldest is.
placed as (
    select
        repository_id,
        sha,
        first_value(repository_id) over (
            partition by sha
            order by is_fork, created_at nulls last, repository_id
        ) as home_repository_id
    from commits
),

shared as (
    select repository_id, sha, home_repository_id
    from placed
    where repository_id != home_repository_id
),

-- Where the source's history is not here, what landed before there was a fork is the source's.
older_than_fork as (
    select repository_id, sha, fork_source_id as home_repository_id
    from commits
    where is_fork and landed_at < created_at and fork_source_id not in (select s.repository_id from commits as s)
),

inherited as (
    select * from shared
    union
    select * from older_than_fork
),

-- A merge of a fork with its source brings nothing of its own.
catching_up as (
    select landing.repository_id, landing.sha, max(inherited.home_repository_id) as home_repository_id
    from commits as landing
    inner join commits as brought
        on landing.repository_id = brought.repository_id and landing.sha = brought.landed_sha and landing.sha != brought.sha
    left join inherited on brought.repository_id = inherited.repository_id and brought.sha = inherited.sha
    where landing.is_merge
    group by landing.repository_id, landing.sha
    having bool_and(inherited.sha is not null)
),

every as (
    select * from inherited
    union all
    select * from catching_up
)

select repository_id, sha, max(home_repository_id) as home_repository_id
from every
group by repository_id, sha
