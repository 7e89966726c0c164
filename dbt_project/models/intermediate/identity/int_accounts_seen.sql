-- One row per account seen anywhere, with the latest login, address, name and type that it was seen with.
with sightings as (
    select
        *,
        -- Listings carry no time; they count as the oldest sighting.
        coalesce(seen_at, cast('1970-01-01 00:00:00+00' as timestamp with time zone)) as order_at
    from {{ ref('int_account_sightings') }}
)

select
    system,
    account,
    {{ latest('login', 'order_at') }} filter (where login is not null) as account_login,
    coalesce(
        {{ latest('email', 'order_at') }} filter (where email is not null),
        case when system in ('opsgenie', 'incidents', 'evals', 'experiments', 'labels', 'registers', 'packets') and {{ has_text('account', "'@'") }} then account end
    ) as email,
    {{ latest('name', 'order_at') }} filter (where name is not null) as name,
    {{ latest('account_type', 'order_at') }} filter (where account_type is not null) as account_type,
    min(seen_at) as first_seen_at,
    max(seen_at) as last_seen_at,
    count(*) as n_sightings
from sightings
group by system, account
