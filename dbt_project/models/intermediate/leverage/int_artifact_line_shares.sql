-- Estimator "lines": whose lines survive in the artifact at the end of the period.
{% set cap = 400 %} -- lines' weight a file: one long file must not outweigh a design

with days as (
    select a.artifact_id, a.repository_id, t.period_id, max(s.as_of) as as_of
    from {{ ref('dim_artifacts') }} as a
    inner join {{ ref('stg_git__surviving_lines') }} as s on a.repository_id = s.repository_id
    inner join {{ ref('int_periods') }} as t on s.as_of <= t.period_end
    group by a.artifact_id, a.repository_id, t.period_id
),

whole as (
    select artifact_id, case when artifact_id in (select artifact_id from {{ ref('int_artifact_paths') }}) then 1 else 0 end as has_paths
    from {{ ref('dim_artifacts') }}
),

lines as (
    select d.artifact_id, d.period_id, s.path, lower(s.author_email) as author_email, sum(s.lines) as n_lines
    from days as d
    inner join {{ ref('stg_git__surviving_lines') }} as s on d.repository_id = s.repository_id and d.as_of = s.as_of
    inner join whole as w on d.artifact_id = w.artifact_id
    where
        w.has_paths = 0
        or exists (
            select 1 from {{ ref('int_artifact_paths') }} as g
            where g.artifact_id = d.artifact_id and {{ matches('s.path', 'g.path_regex') }}
        )
    group by d.artifact_id, d.period_id, s.path, lower(s.author_email)
),

files as (
    select artifact_id, period_id, path, sum(n_lines) as n_lines
    from lines
    group by artifact_id, period_id, path
),

weights as (
    select
        l.artifact_id,
        l.period_id,
        case when w.kind = 'human' then w.person_id end as person_id,
        sum(l.n_lines * least(f.n_lines, {{ cap }}) / cast(f.n_lines as double)) as weight
    from lines as l
    inner join files as f on l.artifact_id = f.artifact_id and l.period_id = f.period_id and l.path = f.path
    left join {{ ref('int_accounts_resolved') }} as w on w.system = 'git' and l.author_email = w.account
    where f.n_lines > 0
    group by l.artifact_id, l.period_id, case when w.kind = 'human' then w.person_id end
)

select artifact_id, period_id, person_id, weight / sum(weight) over (partition by artifact_id, period_id) as share
from weights
