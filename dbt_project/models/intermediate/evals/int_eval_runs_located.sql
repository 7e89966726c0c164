-- Which repository and commit an eval run belongs to: the first rule that gives one answer, and its name.
with claimed as (
    select * from {{ ref('int_eval_runs_claimed') }}
),

-- A name means the repository that had it when the run started.
named as (
    select claimed.run_id, names.slug, min(names.repository_id) as repository_id
    from claimed
    inner join {{ ref('int_repository_names') }} as names
        on (claimed.origin_slug = names.slug or claimed.envelope_slug = names.slug) and {{ is_valid_at('names', 'claimed.started_at') }}
    group by claimed.run_id, names.slug
    having count(distinct names.repository_id) = 1
),

project_names as (
    -- A project is named by its id, its declared name, its repository's full name or that name's last part.
    select spelling, min(repository_id) as repository_id
    from (
        select lower(project_id) as spelling, repository_id from {{ ref('int_repository_projects') }}
        union
        select lower(name), repository_id from {{ ref('int_repository_projects') }}
        union
        select slug, repository_id from {{ ref('int_repository_names') }}
        union
        select split_part(slug, '/', 2), repository_id from {{ ref('int_repository_names') }}
    ) as spellings
    group by spelling
    having count(distinct repository_id) = 1
),

ci as (
    select run_id, min(repository_id) as repository_id, min(head_sha) as head_sha
    from {{ ref('stg_github__workflow_runs') }}
    group by run_id
),

by_origin as (
    -- A full sha with its remote needs no proof; a short one must name exactly one commit of that repository.
    select claimed.run_id, names.repository_id, 6 as rule, 'git_origin' as project_how
    from claimed
    inner join named as names on claimed.run_id = names.run_id and claimed.origin_slug = names.slug
    where {{ character_count('claimed.sha') }} = 40
    union all
    select claimed.run_id, min(known.repository_id), 7, 'git_origin_prefix'
    from claimed
    inner join named as names on claimed.run_id = names.run_id and claimed.origin_slug = names.slug
    inner join {{ ref('int_known_shas') }} as known
        on
            names.repository_id = known.repository_id
            and substr(claimed.sha, 1, 7) = known.short_sha
            and {{ has_prefix('known.sha', 'claimed.sha') }}
    group by claimed.run_id
    having count(distinct known.sha) = 1
),

by_sha as (
    select claimed.run_id, min(known.repository_id) as repository_id
    from claimed
    inner join {{ ref('int_known_shas') }} as known
        on substr(claimed.sha, 1, 7) = known.short_sha and {{ has_prefix('known.sha', 'claimed.sha') }} and not known.is_inherited
    group by claimed.run_id
    having count(distinct known.sha || known.repository_id) = 1
),

candidates as (
    select run_id, envelope_repository_id as repository_id, 1 as rule, 'envelope' as project_how
    from claimed
    where envelope_repository_id in (select r.repository_id from {{ ref('int_repositories') }} as r)
    union all
    select claimed.run_id, names.repository_id, 2, 'envelope'
    from claimed
    inner join named as names on claimed.run_id = names.run_id and claimed.envelope_slug = names.slug
    union all
    select claimed.run_id, project_names.repository_id, 3, 'envelope'
    from claimed
    inner join project_names on claimed.envelope_project = project_names.spelling
    union all
    select claimed.run_id, ci.repository_id, 4, 'ci_run'
    from claimed
    inner join ci on claimed.ci_run_id = ci.run_id
    union all
    -- A run that GitHub has already forgotten still says where it ran.
    select run_id, ci_repository_id, 5, 'ci_run'
    from {{ ref('stg_evals__runs') }}
    where ci_repository_id in (select r.repository_id from {{ ref('int_repositories') }} as r)
    union all
    select run_id, repository_id, rule, project_how from by_origin
    union all
    select run_id, repository_id, 8, 'commit_lookup' from by_sha
    union all
    -- A tag is easily copied from another project's run: it counts only where no commit contradicts it.
    select claimed.run_id, project_names.repository_id, 9, 'tag'
    from claimed
    inner join project_names on claimed.project_tag = project_names.spelling
    left join named as agreeing
        on
            claimed.run_id = agreeing.run_id and project_names.repository_id = agreeing.repository_id
            and claimed.origin_slug = agreeing.slug
    where claimed.origin_slug is null or agreeing.slug is not null
),

chosen as (
    select run_id, min_by(repository_id, rule) as repository_id, min_by(project_how, rule) as project_how
    from candidates
    group by run_id
)

select
    claimed.run_id,
    chosen.repository_id,
    coalesce(chosen.project_how, 'unresolved') as project_how,
    ci.head_sha as ci_head_sha
from claimed
left join chosen on claimed.run_id = chosen.run_id
left join ci on claimed.ci_run_id = ci.run_id
