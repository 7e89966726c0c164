-- Eval runs after and before a change of a prompt, on the same task and the same dataset.
with runs as (
    select * from {{ ref('int_eval_runs') }}
    where n_scored > 0
),

changes as (
    -- An abandoned attempt never became what runs; its red run is in the gate's record.
    select
        changes.*,
        pulls.created_at as opened_at,
        lead(changes.landed_at) over (partition by changes.prompt_id order by changes.landed_at, changes.prompt_change_id) as replaced_at
    from {{ ref('int_prompt_changes') }} as changes
    left join {{ ref('stg_github__pull_requests') }} as pulls on changes.pull_request_id = pulls.pull_request_id
    where changes.outcome != 'abandoned'
),

texts as (
    select prompt_id, text_sha from changes where text_sha is not null
    union
    select prompt_id, previous_text_sha from changes where previous_text_sha is not null
),

shas as (
    select prompt_change_id, sha from changes
    union
    select changes.prompt_change_id, heads.head_sha
    from changes
    inner join {{ ref('int_pull_request_heads') }} as heads on changes.pull_request_id = heads.pull_request_id
),

-- Runs of a change's repository; of a version in a registry, which is of no repository, the runs of its text.
pairs as (
    select changes.prompt_change_id, runs.eval_run_id
    from changes
    inner join runs on changes.repository_id = runs.repository_id
    union all
    select changes.prompt_change_id, runs.eval_run_id
    from changes
    inner join runs on changes.text_sha = runs.prompt_sha
    where changes.repository_id is null
),

linked as (
    -- A run of this change's code, or of this very text before the next change. A run that names another text of this
    -- prompt measured that one.
    select
        changes.prompt_change_id,
        changes.previous_text_sha,
        changes.prompt_id,
        coalesce(changes.opened_at, changes.landed_at) as opened_at,
        runs.eval_run_id,
        runs.repository_id,
        runs.task_name,
        runs.dataset_version_id,
        runs.started_at,
        coalesce(runs.prompt_sha = changes.text_sha, false) as is_same_text
    from pairs
    inner join changes on pairs.prompt_change_id = changes.prompt_change_id
    inner join runs on pairs.eval_run_id = runs.eval_run_id
    left join shas on changes.prompt_change_id = shas.prompt_change_id and runs.git_sha = shas.sha
    left join texts on changes.prompt_id = texts.prompt_id and runs.prompt_sha = texts.text_sha
    where
        (
            coalesce(runs.prompt_sha = changes.text_sha, false)
            and runs.started_at >= coalesce(changes.opened_at, changes.landed_at)
            and (runs.started_at < changes.replaced_at or changes.replaced_at is null)
        )
        or (
            (shas.sha is not null or runs.pull_request_number = changes.pull_request_number)
            and texts.text_sha is null
        )
),

after_runs as (
    select *, row_number() over (partition by prompt_change_id order by is_same_text desc, started_at desc, eval_run_id asc) as place
    from linked
),

before_runs as (
    select
        after_runs.prompt_change_id,
        runs.eval_run_id,
        row_number() over (
            partition by after_runs.prompt_change_id
            order by coalesce(runs.prompt_sha = after_runs.previous_text_sha, false) desc, runs.started_at desc, runs.eval_run_id asc
        ) as place
    from after_runs
    inner join runs
        on
            after_runs.repository_id is not distinct from runs.repository_id
            and after_runs.task_name = runs.task_name
            and after_runs.dataset_version_id = runs.dataset_version_id
            and runs.started_at < after_runs.started_at
    left join texts on after_runs.prompt_id = texts.prompt_id and runs.prompt_sha = texts.text_sha
    left join linked as own on after_runs.prompt_change_id = own.prompt_change_id and runs.eval_run_id = own.eval_run_id
    where
        after_runs.place = 1
        and own.eval_run_id is null
        and (runs.prompt_sha = after_runs.previous_text_sha or (texts.text_sha is null and runs.started_at < after_runs.opened_at))
)

select after_runs.prompt_change_id, before_runs.eval_run_id as eval_run_before_id, after_runs.eval_run_id as eval_run_after_id
from after_runs
left join before_runs on after_runs.prompt_change_id = before_runs.prompt_change_id and before_runs.place = 1
where after_runs.place = 1
