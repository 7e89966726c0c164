-- Everyone whose hand is in a pull request: who opened it, who made its commits, who is named in co-author trailers.
with github_accounts as (
    select account, person_id, kind from {{ ref('int_accounts_resolved') }} where system = 'github'
),

addresses as (
    select account, person_id, kind from {{ ref('int_accounts_resolved') }} where system = 'git'
),

commits as (
    -- Merging the base branch into one's own is no authorship.
    select * from {{ ref('stg_github__pull_request_commits') }}
    where headline is null or not {{ merges_branch('headline') }}
),

openers as (
    select
        pulls.pull_request_id,
        'opener' as basis,
        'github:' || cast(pulls.author_id as varchar) as account,
        accounts.person_id,
        coalesce(accounts.kind, 'unknown') as kind
    from {{ ref('stg_github__pull_requests') }} as pulls
    left join github_accounts as accounts on cast(pulls.author_id as varchar) = accounts.account
),

committers as (
    select
        commits.pull_request_id,
        'commit' as basis,
        'git:' || lower(commits.author_email) as account,
        coalesce(addresses.person_id, accounts.person_id) as person_id,
        case when addresses.person_id is not null then addresses.kind else coalesce(accounts.kind, addresses.kind, 'unknown') end as kind
    from commits
    left join addresses on lower(commits.author_email) = addresses.account
    left join github_accounts as accounts on cast(commits.author_user_id as varchar) = accounts.account
),

trailers as (
    select commits.pull_request_id, lower({{ json_text('c.co_author', '$.email') }}) as email
    from commits
    {{ each(json_objects('commits.co_authors'), 'c', 'co_author') }}
),

named as (
    select
        trailers.pull_request_id,
        'trailer' as basis,
        'git:' || trailers.email as account,
        addresses.person_id,
        coalesce(addresses.kind, 'unknown') as kind
    from trailers
    left join addresses on trailers.email = addresses.account
)

select * from openers
union
select * from committers
union
select * from named
