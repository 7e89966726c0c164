-- Which GitHub account an e-mail address belongs to, by GitHub's own word.
with noreply as (
    -- GitHub hands out `<numeric id>+<login>@users.noreply...`: the id is the account's own.
    select
        account as email,
        {{ extract('account', "'^([0-9]+)[+][^@]+@users[.]noreply[.]'") }} as github_account,
        'noreply_id' as rule,
        0.98 as confidence,
        'numeric account id inside ' || account as evidence
    from {{ ref('int_accounts_seen') }}
    where system = 'git'
),

attributed as (
    -- GitHub attributes a commit to an account only when its owner has verified the address.
    select
        lower(author_email) as email,
        cast(author_user_id as varchar) as github_account,
        'github_verified_email' as rule,
        0.95 as confidence,
        'GitHub attributes commit ' || {{ earliest('sha', 'committed_at') }} || ' by this address to account '
        || cast(author_user_id as varchar) as evidence
    from {{ ref('stg_github__pull_request_commits') }}
    where author_email is not null and author_user_id is not null
    group by lower(author_email), author_user_id
)

select * from noreply where github_account is not null
union all
select * from attributed
