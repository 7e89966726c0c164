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

addressed as (
    select account as email, min(login_seen_at) as first_used_at, max(login_seen_at) as last_used_at
    from {{ ref('int_account_sightings') }}
    where system = 'git' and {{ matches('account', "'^[^@+]+@users[.]noreply[.]'") }}
    group by account
),

holders as (
    select addressed.email, logins.account, logins.held_from, logins.held_to
    from addressed
    inner join {{ ref('int_github_logins') }} as logins
        on
            {{ extract('addressed.email', "'^([^@+]+)@users[.]noreply[.]'") }} = logins.login
            and (logins.held_from is null or logins.held_from <= addressed.first_used_at)
            and (logins.held_to is null or addressed.last_used_at <= logins.held_to)
),

-- Older no-reply addresses hold a login alone, and a login can be given up: only who alone can have had it all the while is meant.
noreply_login as (
    select
        email,
        min(account) as github_account,
        'noreply_login' as rule,
        0.8 as confidence,
        'login inside ' || email || ', which holds no account id; account ' || min(account) || ' had the login from '
        || coalesce(cast({{ utc_date('min(held_from)') }} as varchar), 'its first record on') || ' to '
        || coalesce(cast({{ utc_date('max(held_to)') }} as varchar), 'its latest') as evidence
    from holders
    group by email
    having count(distinct account) = 1
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
select * from noreply_login
union all
select * from attributed
