-- Which files make a suite: what lies in an eval folder of a repository that runs it. Where several suites live there, a file that
-- carries another suite's name is the other's.
with suites as (
    select suite_id, repository_id, {{ replace_all('lower(task_name)', "'[^a-z0-9]+'", "'_'") }} as slug
    from {{ ref('int_eval_suites') }}
    where repository_id is not null
),

paths as (
    select distinct repository_id, path, {{ replace_all('lower(path)', "'[^a-z0-9]+'", "'_'") }} as slug
    from {{ ref('stg_git__commit_files') }}
    where {{ matches_nocase('path', "'(^|/)(evals?|eval[_-]?(sets?|suites?|data)|suites?|goldens?|golden[_-]?sets?|benchmarks?|datasets?)/'") }}
),

claims as (
    select p.repository_id, p.path, s.suite_id, case when {{ has_text('p.slug', 's.slug') }} then 1 else 0 end as is_named
    from paths as p
    inner join suites as s on p.repository_id = s.repository_id
),

strongest as (
    select *, max(is_named) over (partition by repository_id, path) as is_named_by_any
    from claims
)

select suite_id, repository_id, path
from strongest
where is_named = is_named_by_any
