-- The four decays of a launch, each detected, not detected or not measurable, with the reason.
with trends as (
    select
        launch_id,
        decay,
        count(*) filter (where is_measurable) as n_compared,
        count(*) filter (where has_fallen) as n_fallen,
        max(fall) filter (where has_fallen) as worst_fall
    from {{ ref('fct_launch_score_trends') }}
    group by launch_id, decay
),

models as (
    select launch_id, task_name, side, 'asked' as told, model_name as name from {{ ref('int_launch_runs') }} where model_name is not null
    union all
    -- What a vendor put behind the name is an upgrade as well.
    select launch_id, task_name, side, 'answered', answered_key from {{ ref('int_launch_runs') }} where answered_key is not null
),

judges as (
    select
        runs.launch_id,
        runs.task_name || ' ' || metrics.scorer as task_name,
        runs.side,
        'named' as told,
        coalesce(metrics.judge_model, 'unnamed') || coalesce(' ' || left(metrics.judge_prompt_sha, 7), '') as name
    from {{ ref('int_launch_runs') }} as runs
    inner join {{ ref('int_eval_metrics') }} as metrics on runs.eval_run_id = metrics.run_id
    where metrics.judge_model is not null or metrics.judge_prompt_sha is not null
),

{% for what in ['models', 'judges'] %}
{{ what }}_by_task as (
    select
        launch_id,
        task_name,
        told,
        {{ distinct_list("case when side = 'before' then name end") }} as names_before,
        {{ distinct_list("case when side = 'after' then name end") }} as names_after
    from {{ what }}
    group by launch_id, task_name, told
),

{{ what }}_changed as (
    select
        launch_id,
        count(distinct task_name) as n_tasks,
        count(distinct task_name) filter (where names_before <> names_after) as n_changed
    from {{ what }}_by_task
    where {{ list_size('names_before') }} > 0 and {{ list_size('names_after') }} > 0
    group by launch_id
),
{% endfor %}

fooled as (
    select runs.launch_id, count(distinct runs.eval_run_id) as n_runs
    from {{ ref('int_launch_runs') }} as runs
    inner join {{ ref('int_judge_drifts') }} as drifts on runs.eval_run_id = drifts.eval_run_id
    where runs.side = 'after'
    group by runs.launch_id
),

traffic as (
    select launch_id, max(moved) as moved from {{ ref('int_launch_traffic') }} group by launch_id
),

gathered as (
    select
        windows.launch_id,
        coalesce(drift.n_compared, 0) as n_compared,
        coalesce(drift.n_fallen, 0) as n_fallen,
        drift.worst_fall,
        coalesce(models.n_tasks, 0) as n_model_tasks,
        coalesce(models.n_changed, 0) as n_models_changed,
        coalesce(rot.n_compared, 0) as n_rot_compared,
        coalesce(rot.n_fallen, 0) as n_rotten,
        rot.worst_fall as worst_rot,
        coalesce(judges.n_tasks, 0) as n_judge_tasks,
        coalesce(judges.n_changed, 0) as n_judges_changed,
        coalesce(fooled.n_runs, 0) as n_judge_doubts,
        traffic.moved,
        {{ policy_threshold('decay_traffic_shift') }} as shift_needed
    from {{ ref('int_launch_windows') }} as windows
    left join trends as drift on windows.launch_id = drift.launch_id and drift.decay = 'eval_drift'
    left join trends as rot on windows.launch_id = rot.launch_id and rot.decay = 'prompt_rot'
    left join models_changed as models on windows.launch_id = models.launch_id
    left join judges_changed as judges on windows.launch_id = judges.launch_id
    left join fooled on windows.launch_id = fooled.launch_id
    left join traffic on windows.launch_id = traffic.launch_id
)

select
    launch_id,
    n_compared,
    n_models_changed,
    n_judges_changed,
    moved as traffic_moved,
    case when n_fallen > 0 then 'detected' when n_compared > 0 then 'not_detected' else 'not_measurable' end as eval_drift,
    case
        when n_fallen > 0 then {{ counted_noun('n_fallen', 'score', 'scores') }} || ' fell, by up to ' || {{ percent_text('worst_fall') }} || ' points'
        when n_compared > 0 then 'none of ' || {{ counted_noun('n_compared', 'score', 'scores') }} || ' fell beyond the threshold and its noise'
        else 'no comparable scores on both sides'
    end as eval_drift_reason,
    case
        when n_judges_changed + n_judge_doubts > 0 then 'detected'
        when n_judge_tasks > 0 then 'not_detected'
        else 'not_measurable'
    end as judge_drift,
    case
        when n_judges_changed > 0 then 'the judge of ' || {{ counted_noun('n_judges_changed', 'task', 'tasks') }} || ' changed'
        when n_judge_doubts > 0 then {{ counted_noun('n_judge_doubts', 'run', 'runs') }} || ' failed by a judge with all else unchanged'
        when n_judge_tasks > 0 then 'the same judges on both sides'
        else 'no run with a named judge on both sides'
    end as judge_drift_reason,
    case
        when n_models_changed > 0 and n_rotten > 0 then 'detected'
        when n_models_changed > 0 and n_rot_compared = 0 then 'not_measurable'
        when n_model_tasks > 0 then 'not_detected'
        else 'not_measurable'
    end as prompt_rot,
    case
        when n_models_changed > 0 and n_rotten > 0
            then 'the model changed and ' || {{ counted_noun('n_rotten', 'score', 'scores') }} || ' fell, by up to ' || {{ percent_text('worst_rot') }} || ' points'
        when n_models_changed > 0 and n_rot_compared = 0 then 'the model changed, without comparable scores by the same prompt'
        when n_models_changed > 0 then 'the model changed and no score fell beyond the threshold and its noise'
        when n_model_tasks > 0 then 'the same models on both sides'
        else 'no run with a known model on both sides'
    end as prompt_rot_reason,
    case when moved is null then 'not_measurable' when moved > shift_needed then 'detected' else 'not_detected' end as traffic_shift,
    case
        when moved is null then 'no registered shares of traffic at both ends'
        else {{ percent_text('moved') }} || ' % of the traffic moved between slices'
    end as traffic_shift_reason
from gathered
