-- When users began to meet something new, and when all of them did: experiments that shipped or held nobody back, deployments that
-- brought changes of prompts or of what judges them, flags of their own, checkpoints of models of one's own. An experiment that did not
-- ship is no launch.
{% set not_for_users = "'(^|[^a-z])(dev|develop|development|tests?|testing|qa|ci|local|stag|stage|staging|preview|review|sandbox)([^a-z]|$)'" %}
with flags_opened as (
    -- Where the type of an environment is not told it may be production.
    select
        project_id,
        flag_key,
        {{ earliest('flag_change_id', 'changed_at') }} as flag_change_id,
        min(changed_at) as started_at,
        min(changed_at) filter (where reach_after >= 1) as full_at,
        bool_or(reach_after is not null) as has_reach
    from {{ ref('fct_flag_changes') }}
    where
        coalesce(environment_type, 'production') = 'production'
        and (change = 'enabled' or (change in ('targeting', 'variants') and reach_after > 0))
    group by project_id, flag_key
),

-- By the first step's own record: who took it may be unknown, and then it was nobody who took a later one.
flag_steps as (
    select flags_opened.*, first_steps.actor_person_id, first_steps.source_url
    from flags_opened
    inner join {{ ref('fct_flag_changes') }} as first_steps on flags_opened.flag_change_id = first_steps.flag_change_id
),

phases as (
    select
        phases.experiment_id,
        phases.started_at,
        max(phases.coverage * try_cast({{ json_value_of('phases.split', 'arms.arm') }} as double)) as widest_reach
    from {{ ref('fct_experiment_phases') }} as phases
    {{ each(json_keys('phases.split'), 'arms', 'arm') }}
    group by phases.experiment_id, phases.phase, phases.started_at
),

full_phases as (
    select experiment_id, min(started_at) as full_at
    from phases
    where widest_reach >= 1
    group by experiment_id
),

experiments as (
    select
        experiments.*,
        flags.full_at as flag_full_at,
        full_phases.full_at as phase_full_at,
        coalesce(experiments.decided_at, experiments.ended_at) as shipped_at
    from {{ ref('fct_experiments') }} as experiments
    left join full_phases on experiments.experiment_id = full_phases.experiment_id
    left join flag_steps as flags
        on
            experiments.feature_flag_key = flags.flag_key
            and experiments.project_id = flags.project_id
            and flags.full_at >= experiments.started_at
    where experiments.started_at is not null and (experiments.has_holdout = false or experiments.decision in ('won', 'ship'))
),

deployments as (
    select
        shipments.repository_id,
        shipments.sha,
        shipments.environment,
        min(shipments.shipped_at) as shipped_at,
        {{ earliest('shipments.source_url', 'shipments.shipped_at') }} as source_url
    from {{ ref('int_shipments') }} as shipments
    inner join {{ ref('int_shipment_pull_requests') }} as pulls on shipments.shipment_key = pulls.shipment_key
    inner join {{ ref('int_pull_request_ai_surfaces') }} as surfaces on pulls.pull_request_id = surfaces.pull_request_id
    where
        shipments.kind = 'deployment'
        and shipments.shipping_state = 'shipped'
        and not coalesce({{ matches_nocase('shipments.environment', not_for_users) }}, false)
    group by shipments.repository_id, shipments.sha, shipments.environment
)

select
    'experiment' as subject_kind,
    experiment_id as subject_id,
    name as subject_name,
    project_id,
    started_at,
    case when has_holdout = false then started_at else coalesce(flag_full_at, phase_full_at, shipped_at) end as full_at,
    case
        when has_holdout = false then 'nobody_held_back'
        when flag_full_at is not null then 'flag'
        when phase_full_at is not null then 'phase'
        when shipped_at is not null then 'end_of_experiment'
        else 'not_observed'
    end as full_how,
    cast(null as varchar) as actor_person_id,
    source_url,
    cast(null as timestamp with time zone) as started_after
from experiments
union all
select
    'deployment',
    deployments.repository_id || '@' || deployments.sha,
    min(repositories.full_name) || ' ' || left(deployments.sha, 7),
    min(projects.project_id),
    min(deployments.shipped_at),
    max(deployments.shipped_at),
    'last_environment',
    null,
    {{ earliest('deployments.source_url', 'deployments.shipped_at') }},
    null
from deployments
inner join {{ ref('int_repositories') }} as repositories on deployments.repository_id = repositories.repository_id
left join {{ ref('int_repository_projects') }} as projects on deployments.repository_id = projects.repository_id
group by deployments.repository_id, deployments.sha
union all
select
    'flag',
    coalesce(flags.project_id, 'unknown') || '@' || flags.flag_key,
    flags.flag_key,
    flags.project_id,
    flags.started_at,
    case when flags.has_reach then flags.full_at else flags.started_at end,
    case when not flags.has_reach then 'flag_without_share' when flags.full_at is not null then 'flag' else 'not_observed' end,
    flags.actor_person_id,
    flags.source_url,
    null
from flag_steps as flags
left join {{ ref('fct_experiments') }} as experiments
    on flags.flag_key = experiments.feature_flag_key and flags.project_id = experiments.project_id
where experiments.experiment_id is null
union all
-- A register tells the day on which it began to answer, a registry after which reading and by which one, and neither anything of a share.
select
    'checkpoint', subject_id, model || ' ' || checkpoint, project_id, started_at, started_at,
    case when started_after is null then 'register' else 'alias' end, null, source_url, started_after
from {{ ref('int_checkpoints') }}
