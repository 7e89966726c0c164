-- K04 and K22: whether experiments pass their checklist, and, for those that name a prompt change, how much the change's eval runs
-- differed and what the experiment then measured.
with checks as (
    select
        experiment_id,
        bool_and(status = 'pass') as is_whole,
        bool_and(status in ('pass', 'warn')) as is_sound,
        bool_and(status != 'fail') as is_unbroken
    from {{ ref('fct_experiment_checks') }}
    where check_code not in ('HOLD', 'NOVELTY')
    group by experiment_id
),

experiments as (
    select *, {{ utc_date('coalesce(ended_at, decided_at, started_at)') }} as ended_on, kind || ': ' || native_id as experiment_name
    from {{ ref('fct_experiments') }}
    where coalesce(ended_at, decided_at, started_at) is not null
),

checked as (
    select experiments.*, checks.is_whole, checks.is_sound, checks.is_unbroken
    from experiments
    inner join checks on experiments.experiment_id = checks.experiment_id
),

effects as (
    select
        experiment_id,
        effect_rel * case when direction = 'decrease' then -1 else 1 end as effect,
        row_number() over (partition by experiment_id order by phase desc, metric_key, variant_key) as place
    from {{ ref('fct_experiment_results') }}
    where metric_role = 'primary' and dimension = '' and not coalesce(is_withheld, false) and effect_rel is not null
),

-- Only runs under one ruler and of one model: else the difference is not the change's. Among the same samples a fall is a fall, whichever
-- way the metric goes.
differences as (
    select links.experiment_id, avg(comparisons.net_mid) as difference
    from {{ ref('int_experiment_pull_requests') }} as links
    inner join {{ ref('fct_prompt_changes') }} as changes on links.pull_request_id = changes.pull_request_id
    inner join {{ ref('fct_eval_comparisons') }} as comparisons
        on
            changes.eval_run_before_id = comparisons.run_before_id and changes.eval_run_after_id = comparisons.eval_run_id
            and comparisons.slice = '' and comparisons.state = 'value'
    inner join {{ ref('fct_eval_runs') }} as befores on comparisons.run_before_id = befores.eval_run_id
    inner join {{ ref('fct_eval_runs') }} as afters
        on comparisons.eval_run_id = afters.eval_run_id and befores.model_name is not distinct from afters.model_name
    group by links.experiment_id
),

launches as (
    select experiments.*, effects.effect, differences.difference
    from experiments
    inner join effects on experiments.experiment_id = effects.experiment_id and effects.place = 1
    inner join differences on experiments.experiment_id = differences.experiment_id and differences.difference is not null
)

{% set experiment = {
    'member_id': 'experiment_id', 'observed_on': 'ended_on', 'project_id': 'project_id', 'subject_name': 'experiment_name', 'source_system': "'experiments'",
    'source_kind': "'experiments'", 'source_record_id': 'experiment_id', 'source_url': 'source_url',
} %}
{{ kpi_members('K04', 'launches', dict(experiment, value='effect', paired_value='difference')) }}
union all
{{ kpi_members('K22', 'checked', dict(
    experiment, value_low='cast(is_whole as integer)', value_mid='cast(is_sound as integer)', value_high='cast(is_unbroken as integer)'
)) }}
