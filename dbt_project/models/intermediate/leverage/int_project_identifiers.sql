-- Every string by which a project is recognised where another one declares it: its repositories' names while they meant it, and the
-- packages that it alone makes. A package that several projects say they make means none of them.
with makers as (
    select
        r.project_id,
        'package:' || k.ecosystem as identifier_kind,
        {{ package_name('k.package') }} as identifier,
        k.from_at as valid_from,
        k.to_at as valid_to
    from {{ ref('stg_git__packages') }} as k
    inner join {{ ref('int_repository_projects') }} as r on k.repository_id = r.repository_id
    inner join {{ ref('dim_projects') }} as p on r.project_id = p.project_id
    -- A fork still says that it makes what its source makes.
    where not coalesce(p.is_fork, false)
),

told_apart as (
    select identifier_kind, identifier
    from makers
    group by identifier_kind, identifier
    having count(distinct project_id) = 1
)

select m.project_id, m.identifier_kind, m.identifier, m.valid_from, m.valid_to
from makers as m
inner join told_apart as t on m.identifier_kind = t.identifier_kind and m.identifier = t.identifier
union
select r.project_id, 'repository', n.slug, n.valid_from, n.valid_to
from {{ ref('int_repository_names') }} as n
inner join {{ ref('int_repository_projects') }} as r on n.repository_id = r.repository_id
