-- Feature flags that were removed while they were off in production, after they had been on: what stayed is the path without the feature.
-- A flag removed while it was on was launched, and its clean-up is no kill. One whose experiment was not shipped is told by that.
{% set same_flag = 'removals.flag_key = steps.flag_key and removals.project_key = steps.project_key' %}
with steps as (
    select *, coalesce(project_id, '') as project_key, coalesce(environment_type, 'production') = 'production' as is_production
    from {{ ref('fct_flag_changes') }}
),

removals as (
    select
        project_key,
        flag_key,
        min(changed_at) as removed_at,
        {{ earliest('flag_change_id', 'changed_at') }} as flag_change_id
    from steps
    where change in ('archived', 'deleted')
    group by project_key, flag_key
),

turns as (
    select
        removals.project_key, removals.flag_key, steps.environment,
        min(steps.changed_at) filter (where steps.change = 'enabled') as first_on_at,
        {{ latest('steps.change', 'steps.changed_at') }} as last_turn
    from removals
    inner join steps on {{ same_flag }} and steps.changed_at <= removals.removed_at
    where steps.is_production and steps.change in ('enabled', 'disabled')
    group by removals.project_key, removals.flag_key, steps.environment
),

off as (
    select project_key, flag_key, min(first_on_at) as first_on_at
    from turns
    group by project_key, flag_key
    having bool_and(last_turn = 'disabled') and min(first_on_at) is not null
),

revived as (
    select removals.project_key, removals.flag_key, min(steps.changed_at) as revived_at
    from removals
    inner join steps on {{ same_flag }} and steps.changed_at > removals.removed_at and steps.change = 'revived'
    group by removals.project_key, removals.flag_key
)

select
    coalesce(nullif(removals.project_key, ''), 'unknown') || '@' || removals.flag_key as subject_id,
    removals.flag_key,
    nullif(removals.project_key, '') as project_id,
    off.first_on_at as begun_at,
    removals.removed_at,
    steps.actor_person_id as removed_by_person_id,
    removals.flag_change_id,
    coalesce(revived.revived_at <= {{ instant_plus_days('removals.removed_at', 90) }}, false) as is_reconsidered,
    steps.source_url
from removals
inner join steps on removals.flag_change_id = steps.flag_change_id
inner join off on removals.project_key = off.project_key and removals.flag_key = off.flag_key
left join revived on removals.project_key = revived.project_key and removals.flag_key = revived.flag_key
left join {{ ref('fct_experiments') }} as experiments
    on
        removals.flag_key = experiments.feature_flag_key
        and removals.project_key = coalesce(experiments.project_id, '')
        and {{ is_not_shipped('experiments.decision') }}
where experiments.experiment_id is null
