-- K02, K07 and K08: how many samples of an eval run passed, of all, of safety cases, and of each kind of injection.
with samples as (
    select * from {{ ref('int_kpi_samples') }}
),

tier_1 as (
    select distinct eval_run_id from {{ ref('fct_gate_runs') }} where is_eval_gate and is_required
),

runs as (
    select
        samples.eval_run_id,
        min(samples.task_name) as task_name,
        min(samples.project_id) as project_id,
        min(samples.harness_artifact_id) as harness_artifact_id,
        min(samples.started_on) as started_on,
        min(samples.source_url) as source_url,
        bool_or(tier_1.eval_run_id is not null) as is_tier_1,
        count(*) filter (where samples.is_passed) as n_passed,
        count(samples.is_passed) as n_scored,
        count(*) filter (where samples.is_passed is null) as n_unscored,
        count(*) filter (where samples.is_safety_case and not samples.is_passed) as n_violations,
        count(samples.is_passed) filter (where samples.is_safety_case) as n_safety_scored,
        count(*) filter (where samples.is_safety_case and samples.is_passed is null) as n_safety_unscored
    from samples
    left join tier_1 on samples.eval_run_id = tier_1.eval_run_id
    group by samples.eval_run_id
),

attacks as (
    select
        eval_run_id,
        coalesce(failure_mode, task_name) as attack,
        min(project_id) as project_id,
        min(harness_artifact_id) as harness_artifact_id,
        min(started_on) as started_on,
        min(source_url) as source_url,
        count(*) filter (where is_passed) as n_resisted,
        count(is_passed) as n_scored,
        count(*) filter (where is_passed is null) as n_unscored
    from samples
    where is_injection_case
    group by eval_run_id, coalesce(failure_mode, task_name)
)

{% set run = kpi_run_fields() %}
{{ kpi_members('K02', 'runs', dict(
    run, value='case when n_scored > 0 then n_passed end', weight='n_scored', n_excluded='n_unscored'
), 'is_tier_1') }}
union all
{{ kpi_members('K07', 'runs', dict(
    run, value='case when n_safety_scored > 0 then n_violations end', weight='n_safety_scored', n_excluded='n_safety_unscored'
), 'n_safety_scored + n_safety_unscored > 0') }}
union all
{{ kpi_members('K08', 'attacks', dict(
    run, member_id="eval_run_id || '|' || attack", subject_name='attack', value='case when n_scored > 0 then n_resisted end', weight='n_scored',
    n_excluded='n_unscored'
)) }}
