-- Which living project declared which other one, in which period, for what part of it, and who accepted that. Each declaration is a row.
with called as (
    select u.*, i.project_id, i.valid_from, i.valid_to
    from {{ ref('stg_git__workflow_uses') }} as u
    inner join {{ ref('int_project_identifiers') }} as i
        on
            lower({{ extract('u.uses', "'^([^/]+/[^/@]+)'") }}) = i.identifier and i.identifier_kind = 'repository'
            and {{ is_valid_within('i', 'u.from_at', 'u.to_at') }}
    where u.kind is distinct from 'command'
),

declarations as (
    select
        project_id as used_project_id, repository_id, introduced_sha, introduced_at, removed_at, pull_request_number, author_email, source_kind,
        source_record_id
    from {{ ref('int_project_manifests') }}
    union all
    select
        project_id, repository_id, from_sha, {{ later('from_at', 'valid_from') }}, {{ earlier('to_at', 'valid_to') }}, from_pull_request_number,
        from_author_email, 'workflow_uses', {{ record_id(['repository_id', 'path', 'uses', 'from_sha']) }}
    from called
),

{{ accepted_declarations() }},

placed as (
    select
        r.project_id as user_project_id, a.used_project_id, t.period_id, a.acceptor_id as accepted_by_person_id, a.source_kind, a.source_record_id,
        {{ days_between('greatest(' ~ utc_date('a.introduced_at') ~ ', t.period_start)', 'least(coalesce(' ~ utc_date('a.ended_at') ~ ', t.observed_until), t.observed_until)') }}
            as days_held,
        {{ days_between('t.period_start', 't.period_end') }} as days_of_period
    from accepted as a
    inner join {{ ref('int_repository_projects') }} as r on a.repository_id = r.repository_id
    inner join {{ ref('int_periods') }} as t on {{ utc_date('a.introduced_at') }} < t.period_end
    where r.project_id <> a.used_project_id and a.acceptor_kind = 'human' and a.acceptor_id is not null
)

select
    {{ stable_hash(['p.used_project_id', 'p.period_id', 'p.source_kind', 'p.source_record_id']) }} as dependency_id,
    p.user_project_id,
    p.used_project_id,
    p.period_id,
    p.accepted_by_person_id,
    p.days_held / cast(p.days_of_period as double) as coverage,
    p.source_kind,
    p.source_record_id
from placed as p
inner join {{ ref('int_projects_qualified') }} as q on p.user_project_id = q.project_id and p.period_id = q.period_id
inner join {{ ref('dim_projects') }} as d on p.user_project_id = d.project_id
where
    p.days_held > 0
    and not coalesce(d.is_fork, false)
    and not coalesce(d.is_archived, false)
    and q.n_contributors >= {{ policy_threshold('fewest_contributors') }}
    and q.n_merged >= {{ policy_threshold('fewest_merged_changes') }}
