-- Each launch with the strongest evidence for it: a controlled experiment, an eval that said yes, a change of the metric; else none.
with exposures as (
    select *, {{ launch_id('subject_kind', 'subject_id') }} as launch_id from {{ ref('int_launch_exposures') }}
),

surfaces as (
    select pulls.launch_id
    from {{ ref('int_launch_pull_requests') }} as pulls
    inner join {{ ref('int_pull_request_ai_surfaces') }} as touched on pulls.pull_request_id = touched.pull_request_id
    union
    select pulls.launch_id
    from {{ ref('int_launch_pull_requests') }} as pulls
    inner join {{ ref('fct_prompt_changes') }} as prompts on pulls.pull_request_id = prompts.pull_request_id
),

-- A gate had said yes to the very commit that was deployed.
gated as (
    select distinct {{ launch_id("'deployment'", "repository_id || '@' || sha") }} as launch_id
    from {{ ref('fct_gated_releases') }}
    where kind = 'deployment' and shipping_state = 'shipped' and counts_low
),

-- Else the last run of what stood on the project's main, not too long before everybody had it.
measured as (
    select
        exposures.launch_id,
        {{ latest('runs.eval_run_id', 'runs.started_at') }} as eval_run_id,
        {{ latest('runs.is_passed', 'runs.started_at') }} as is_passed
    from exposures
    inner join {{ ref('int_eval_runs') }} as runs
        on
            exposures.project_id = runs.project_id
            and runs.started_at <= coalesce(exposures.full_at, exposures.started_at)
            and runs.started_at >= {{ instant_plus_days('exposures.started_at', '-' ~ policy_threshold('launch_baseline_days')) }}
    where runs.is_passed is not null and runs.n_scored > 0 and not runs.git_is_dirty and runs.pull_request_number is null
    group by exposures.launch_id
),

effects as (
    select distinct experiment_id from {{ ref('fct_launch_effects') }} where state = 'value'
),

classed as (
    select
        exposures.*,
        surfaces.launch_id is not null or checkpoints.subject_id is not null as is_ai_change,
        measured.eval_run_id,
        checkpoints.model,
        checkpoints.checkpoint,
        checkpoints.data_version,
        checkpoints.base_model,
        case
            when experiments.has_holdout and experiments.decision in ('won', 'ship') then 'experiment_won'
            when gated.launch_id is not null or measured.is_passed then 'eval_said_yes'
            when effects.experiment_id is not null then 'before_and_after'
            else 'unsupported'
        end as evidence_class,
        gated.launch_id is not null as is_gated
    from exposures
    left join {{ ref('fct_experiments') }} as experiments
        on exposures.subject_kind = 'experiment' and exposures.subject_id = experiments.experiment_id
    left join {{ ref('int_checkpoints') }} as checkpoints
        on exposures.subject_kind = 'checkpoint' and exposures.subject_id = checkpoints.subject_id
    left join surfaces on exposures.launch_id = surfaces.launch_id
    left join gated on exposures.launch_id = gated.launch_id
    left join measured on exposures.launch_id = measured.launch_id
    left join effects on exposures.subject_kind = 'experiment' and exposures.subject_id = effects.experiment_id
)

select
    launch_id,
    subject_kind,
    subject_id,
    subject_name,
    project_id,
    started_at,
    started_after,
    full_at,
    full_how,
    -- What a flag or an experiment without linked changes changes is not told.
    case when is_ai_change then true end as is_ai_change,
    evidence_class,
    case
        when evidence_class = 'unsupported' then 'none'
        when evidence_class = 'experiment_won' or (evidence_class = 'eval_said_yes' and is_gated) then 'resolved'
        else 'derived'
    end as evidence_strength,
    eval_run_id,
    model,
    checkpoint,
    data_version,
    base_model,
    source_url
from classed
