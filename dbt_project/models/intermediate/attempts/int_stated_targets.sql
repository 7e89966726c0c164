-- What experiments and pull requests say that they aim at, beside the prompts that they touch. An experiment aims at its primary metrics, and
-- so do the pull requests that it names. A pull request aims at the slice or metric of its project that a label or a word of its title or text
-- names: `slice:returns`, `metric:Hit@1`. What no run and no experiment of the project measured is no target: a likeness is none either.
with measured as (
    select distinct
        projects.project_id,
        results.experiment_id,
        lower(trim(coalesce(results.metric_name, results.metric_key))) as target_key,
        coalesce(results.metric_name, results.metric_key) as target
    from {{ ref('stg_experiments__results') }} as results
    inner join {{ ref('int_experiment_projects') }} as projects on results.experiment_id = projects.experiment_id
    where results.metric_role = 'primary' and projects.project_id is not null
),

known as (
    select project_id, 'metric' as target_kind, target_key, min(target) as target
    from measured
    group by project_id, target_key
    union all
    select runs.project_id, 'slice', lower(trim(metrics.slice)), min(metrics.slice)
    from {{ ref('int_eval_metrics') }} as metrics
    inner join {{ ref('int_eval_runs') }} as runs on metrics.run_id = runs.eval_run_id
    where metrics.slice <> '' and runs.project_id is not null
    group by runs.project_id, lower(trim(metrics.slice))
),

pulls as (
    select pulls.pull_request_id, projects.project_id, pulls.labels, lower(coalesce(pulls.title, '') || ' ' || coalesce(pulls.body, '')) as words
    from {{ ref('stg_github__pull_requests') }} as pulls
    inner join {{ ref('int_repository_projects') }} as projects on pulls.repository_id = projects.repository_id
),

named as (
    {%- for kind in ['metric', 'slice'] %}
    select pulls.pull_request_id, pulls.project_id, '{{ kind }}' as target_kind, {{ extract('lower(l.label)', "'^" ~ kind ~ "\\s*:\\s*(.*\\S)\\s*$'") }} as target_key
    from pulls
    {{ each(json_list('pulls.labels'), 'l', 'label') }}
    union
    select pulls.pull_request_id, pulls.project_id, '{{ kind }}', w.word
    from pulls
    {{ each(extract_all('pulls.words', "'(?:^|\\s)" ~ kind ~ ":([\\w@/.-]*\\w)'"), 'w', 'word') }}
    {%- if not loop.last %}
    union
    {%- endif %}
    {%- endfor %}
)

select experiment_id, cast(null as bigint) as pull_request_id, project_id, 'metric' as target_kind, target_key, target
from measured
union all
select measured.experiment_id, links.pull_request_id, measured.project_id, 'metric', measured.target_key, measured.target
from measured
inner join {{ ref('int_experiment_pull_requests') }} as links on measured.experiment_id = links.experiment_id
union all
select null, named.pull_request_id, known.project_id, known.target_kind, known.target_key, known.target
from named
inner join known on named.project_id = known.project_id and named.target_kind = known.target_kind and named.target_key = known.target_key
