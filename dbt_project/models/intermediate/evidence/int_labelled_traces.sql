-- Answers of traces that somebody labelled for a judge, and the first change of that judge's rubrics that landed in the half-year after.
-- A rubric belongs to a judge where it lies in a repository that runs the judge's task. Gold answers are no labelling.
with labels as (
    select
        labels.rater_person_id as person_id,
        labels.label_set,
        labels.item_key,
        sets.judge_task,
        max(labels.labelled_at) as labelled_at
    from {{ ref('fct_labels') }} as labels
    inner join {{ ref('stg_labels__label_sets') }} as sets on labels.label_set = sets.label_set
    where labels.rater_person_id is not null and not labels.is_skipped and not labels.is_gold and labels.labelled_at is not null
    group by labels.rater_person_id, labels.label_set, labels.item_key, sets.judge_task
),

rubrics as (
    select suites.task_name, changes.prompt_change_id, changes.pull_request_id, changes.landed_at
    from (select distinct repository_id, task_name from {{ ref('int_eval_suites') }}) as suites
    inner join {{ ref('fct_prompt_changes') }} as changes on suites.repository_id = changes.repository_id
    where changes.kind = 'rubric' and changes.change_kind <> 'created' and changes.landed_at is not null
)

select
    labels.person_id,
    labels.label_set,
    labels.item_key,
    labels.labelled_at,
    min(rubrics.landed_at) as rubric_changed_at,
    {{ earliest('rubrics.prompt_change_id', 'rubrics.landed_at') }} as prompt_change_id,
    {{ earliest('rubrics.pull_request_id', 'rubrics.landed_at') }} as pull_request_id
from labels
left join rubrics
    on
        labels.judge_task = rubrics.task_name
        and rubrics.landed_at > labels.labelled_at
        and rubrics.landed_at < {{ instant_plus_days('labels.labelled_at', 182) }}
group by labels.person_id, labels.label_set, labels.item_key, labels.labelled_at
