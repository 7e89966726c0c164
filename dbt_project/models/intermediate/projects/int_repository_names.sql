-- Every name a repository is or was known by, and from when to when that name meant it. An old name goes on leading to the repository
-- that had it, until another one takes it: then it means the other, from that moment on.
with current_names as (
    select repository_id, full_name from {{ ref('int_repositories') }}
),

sources_of_forks as (
    select fork_source_id as repository_id, fork_source_full_name as full_name from {{ ref('stg_github__repositories') }}
    union
    select template_repository_id, template_full_name from {{ ref('stg_github__repositories') }}
),

lifecycle as (
    select * from {{ ref('stg_github__repository_lifecycle') }}
),

-- Records keep the URL of the day they were read, so old names show there too.
seen_in_urls as (
    select distinct repository_id, {{ extract('_source_url', "'([^/]+/[^/]+)/pull/[0-9]+'") }} as full_name
    from {{ ref('stg_github__pull_requests') }}
),

former_names as (
    select repository_id, full_name from lifecycle where state in ('renamed', 'transferred', 'name_reassigned')
    union
    -- A mirror keeps the name under which it was read last.
    select repository_id, full_name from {{ ref('stg_git__repositories') }}
    union
    select repository_id, full_name from seen_in_urls
),

noticed as (
    select
        repository_id,
        lower(full_name) as slug,
        'github:' || {{ extract('detail', "'repository ([0-9]+)$'") }} as holder_id,
        observed_at
    from lifecycle
    where state = 'name_reassigned'
),

-- A name is taken by a repository that is made under it, or that is renamed to it; what is noticed is noticed later.
taken as (
    select
        noticed.repository_id,
        noticed.slug,
        noticed.holder_id,
        coalesce(
            max(renames.observed_at),
            max(case when holders.created_at > formers.created_at and holders.created_at < noticed.observed_at then holders.created_at end),
            max(noticed.observed_at)
        ) as taken_at
    from noticed
    left join lifecycle as renames
        on
            noticed.holder_id = renames.repository_id
            and renames.state in ('renamed', 'transferred')
            and noticed.slug = lower(renames.detail)
            and renames.observed_at <= noticed.observed_at
    left join {{ ref('int_repositories') }} as holders on noticed.holder_id = holders.repository_id
    left join {{ ref('int_repositories') }} as formers on noticed.repository_id = formers.repository_id
    group by noticed.repository_id, noticed.slug, noticed.holder_id
),

names as (
    select repository_id, lower(full_name) as slug, full_name, true as is_current from current_names
    union all
    select repository_id, lower(full_name), full_name, true from sources_of_forks
    where repository_id not in (select c.repository_id from current_names as c)
    union all
    -- That somebody else holds a name today and nobody saw it change hands leaves no moment to tell the two by: it means the holder.
    select former_names.repository_id, lower(former_names.full_name), former_names.full_name, false
    from former_names
    where
        lower(former_names.full_name) not in (select lower(c.full_name) from current_names as c where c.full_name is not null)
        or exists (
            select 1 from taken
            where former_names.repository_id = taken.repository_id and lower(former_names.full_name) = taken.slug
        )
),

merged as (
    select repository_id, slug, min(full_name) as full_name, bool_or(is_current) as is_current
    from names
    where repository_id is not null and slug is not null
    group by repository_id, slug
),

bounded as (
    select
        merged.*,
        (select max(taken.taken_at) from taken where taken.holder_id = merged.repository_id and taken.slug = merged.slug) as valid_from,
        (select min(taken.taken_at) from taken where taken.repository_id = merged.repository_id and taken.slug = merged.slug) as valid_to
    from merged
)

select repository_id, slug, full_name, is_current and valid_to is null as is_current, valid_from, valid_to
from bounded
