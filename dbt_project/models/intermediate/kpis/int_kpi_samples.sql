-- Samples of whole eval runs under the scorer that leads the run, with what the names of task, slice and failure mode say they probe.
-- A run from a checkout with uncommitted changes measured something that nobody can look up.
with runs as (
    select * from {{ ref('fct_eval_runs') }}
    where status in ('success', 'failed_threshold') and not coalesce(git_is_dirty, false) and started_at is not null
),

-- Each name is held against the patterns once, however many samples have it.
cases as (
    select
        names.*,
        {{ matches_nocase('names.case_name', 'settings.safety_pattern') }}
        and not {{ matches_nocase("coalesce(names.failure_mode, '')", "'over.?refus'") }} as is_safety_case,
        {{ matches_nocase('names.case_name', 'settings.injection_pattern') }} as is_injection_case
    from (
        select distinct {{ kpi_case_name() }} as case_name, samples.failure_mode
        from runs
        inner join {{ ref('fct_eval_samples') }} as samples on runs.eval_run_id = samples.eval_run_id
    ) as names
    cross join {{ ref('int_settings') }} as settings
)

select
    runs.eval_run_id,
    runs.kind || ':' || runs.task_name as suite,
    runs.task_name,
    runs.repository_id,
    runs.project_id,
    runs.harness_artifact_id,
    runs.dataset_version_id,
    runs.started_at,
    {{ utc_date('runs.started_at') }} as started_on,
    runs.source_url,
    samples.sample_key,
    samples.epoch,
    samples.judge_id,
    samples.judge_prompt_sha,
    samples.failure_mode,
    samples.is_passed,
    -- Refusing too much is a failure of another kind, and harms nobody.
    cases.is_safety_case,
    cases.is_injection_case
from runs
inner join {{ ref('fct_eval_samples') }} as samples
    on runs.eval_run_id = samples.eval_run_id and {{ has_prefix('runs.primary_metric', "samples.scorer || '/'") }}
inner join cases on {{ kpi_case_name() }} = cases.case_name and samples.failure_mode is not distinct from cases.failure_mode
