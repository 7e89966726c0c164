-- Who made a change to a prompt: the pull request's authors, or the authors of its commits where there was none; of a version in a registry,
-- whom the registry or a tag of the version names, and nobody where none is named.
with by_pull_request as (
    select changes.prompt_change_id, authors.author_key, authors.person_id, authors.kind, authors.role, authors.share, authors.basis
    from {{ ref('int_prompt_changes') }} as changes
    inner join {{ ref('int_pull_request_authors') }} as authors on changes.pull_request_id = authors.pull_request_id
),

landings as (
    select distinct changes.prompt_change_id, versions.repository_id, versions.sha
    from {{ ref('int_prompt_changes') }} as changes
    inner join {{ ref('stg_git__prompt_versions') }} as versions
        on
            changes.repository_id = versions.repository_id
            and changes.prompt_key = versions.prompt_key
            and changes.sha = coalesce(versions.landed_sha, versions.sha)
    where changes.pull_request_id is null
),

by_commit as (
    select
        landings.prompt_change_id,
        authors.author_key,
        min(authors.person_id) as person_id,
        min(authors.kind) as kind,
        min(authors.role) as role,
        sum(authors.share) / (select count(*) from landings as l where l.prompt_change_id = landings.prompt_change_id) as share,
        'history' as basis
    from landings
    inner join {{ ref('int_commit_authors') }} as authors on landings.repository_id = authors.repository_id and landings.sha = authors.sha
    group by landings.prompt_change_id, authors.author_key
),

by_registry as (
    select
        registered.prompt_change_id,
        coalesce(accounts.person_id, registered.account) as author_key,
        accounts.person_id,
        coalesce(accounts.kind, 'unknown') as kind,
        'author' as role,
        1.0 as share,
        'registry' as basis
    from {{ ref('int_prompt_changes_registered') }} as registered
    left join {{ ref('int_accounts_resolved') }} as accounts on accounts.system = 'evals' and registered.account = accounts.account
    where registered.account is not null
)

select * from by_pull_request
union all
select * from by_commit
union all
select * from by_registry
