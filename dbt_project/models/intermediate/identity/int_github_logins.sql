-- Who had which login on GitHub while: an account's run of sightings under one login. Before its first login an account may have had
-- that one since ever, after its last it may still have it; between two logins, what was not seen is not known.
with sightings as (
    select
        account,
        lower(login) as login,
        login_seen_at,
        lag(lower(login)) over (partition by account order by login_seen_at, lower(login)) as previous_login
    from {{ ref('int_account_sightings') }}
    where system = 'github' and login is not null and login_seen_at is not null
),

numbered as (
    select
        account,
        login,
        login_seen_at,
        sum(case when login = previous_login then 0 else 1 end) over (partition by account order by login_seen_at, login) as run
    from sightings
),

runs as (
    select
        account,
        login,
        run,
        max(run) over (partition by account) as last_run,
        min(login_seen_at) as first_seen_at,
        max(login_seen_at) as last_seen_at
    from numbered
    group by account, login, run
)

select
    account,
    login,
    first_seen_at,
    last_seen_at,
    case when run > 1 then first_seen_at end as held_from,
    case when run < last_run then last_seen_at end as held_to
from runs
