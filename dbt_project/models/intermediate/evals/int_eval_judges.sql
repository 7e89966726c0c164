-- Which judge gave a scorer's verdicts in a run, and whether people's labels back this judge with this rubric: without that it is uncalibrated.
with told as (
    select run_id, scorer, judge_model as judge_id, judge_prompt_sha from {{ ref('int_eval_metrics') }}
    union all
    select run_id, scorer, judge_id, judge_prompt_sha from {{ ref('int_eval_samples') }} where judge_kind is distinct from 'human'
),

judges as (
    select run_id, scorer, max(judge_id) as judge_id, max(judge_prompt_sha) as judge_prompt_sha
    from told
    group by run_id, scorer
),

backed as (
    select task_name, scorer, judge_id, judge_prompt_sha, bool_or(is_calibrated) as is_calibrated
    from {{ ref('fct_judge_calibrations') }}
    group by task_name, scorer, judge_id, judge_prompt_sha
)

select
    judges.run_id,
    judges.scorer,
    judges.judge_id,
    judges.judge_prompt_sha,
    case
        when judges.judge_id is null and judges.judge_prompt_sha is null and not {{ is_judge_name('judges.scorer') }} then 'no_judge'
        when backed.is_calibrated then 'calibrated'
        else 'uncalibrated'
    end as judge_state
from judges
inner join {{ ref('stg_evals__runs') }} as runs on judges.run_id = runs.run_id
left join backed
    on
        runs.task_name = backed.task_name
        and judges.scorer = backed.scorer
        and judges.judge_id is not distinct from backed.judge_id
        and judges.judge_prompt_sha is not distinct from backed.judge_prompt_sha
