-- K11: how many samples of a run passed, and how many of the very same samples the first run of the suite on that dataset version had
-- passed. Samples that another judge or rubric judged then are not the same measurement.
with samples as (
    select * from {{ ref('int_kpi_samples') }} where dataset_version_id is not null and is_passed is not null
),

runs as (
    select distinct eval_run_id, suite, repository_id, dataset_version_id, started_at from samples
),

ordered as (
    select
        eval_run_id,
        first_value(eval_run_id) over (
            partition by suite, repository_id, dataset_version_id order by started_at, eval_run_id
        ) as first_run_id
    from runs
),

pairs as (
    select
        samples.eval_run_id,
        min(samples.task_name) as task_name,
        min(samples.project_id) as project_id,
        min(samples.harness_artifact_id) as harness_artifact_id,
        min(samples.started_on) as started_on,
        min(samples.source_url) as source_url,
        count(*) as n_pairs,
        count(*) filter (where samples.is_passed) as n_passed,
        count(*) filter (where firsts.is_passed) as n_first_passed
    from samples
    inner join ordered on samples.eval_run_id = ordered.eval_run_id and ordered.eval_run_id != ordered.first_run_id
    inner join samples as firsts
        on
            ordered.first_run_id = firsts.eval_run_id
            and samples.sample_key = firsts.sample_key
            and samples.epoch = firsts.epoch
            and samples.judge_id is not distinct from firsts.judge_id
            and samples.judge_prompt_sha is not distinct from firsts.judge_prompt_sha
    group by samples.eval_run_id
)

{{ kpi_members('K11', 'pairs', dict(kpi_run_fields(), value='n_passed', weight='n_pairs', paired_value='n_first_passed')) }}
