-- Samples of whole eval runs under the scorer that leads the run, with what the names of task, slice and failure mode say they probe.
-- A run from a checkout with uncommitted changes measured something that nobody can look up.
with runs as (
    select * from {{ ref('fct_eval_runs') }}
    where status in ('success', 'failed_threshold') and not coalesce(git_is_dirty, false) and started_at is not null
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
    {{ matches_nocase(kpi_case_name(), 'settings.safety_pattern') }}
    and not {{ matches_nocase("coalesce(samples.failure_mode, '')", "'over.?refus'") }} as is_safety_case,
    {{ matches_nocase(kpi_case_name(), 'settings.injection_pattern') }} as is_injection_case
from runs
inner join {{ ref('fct_eval_samples') }} as samples
    on runs.eval_run_id = samples.eval_run_id and {{ has_prefix('runs.primary_metric', "samples.scorer || '/'") }}
cross join {{ ref('int_settings') }} as settings
