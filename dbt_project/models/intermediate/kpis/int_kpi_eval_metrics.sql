-- K09, K10 and K12: what runs report as metrics. For K12 the slice that lies furthest below the whole, among those with enough samples.
with metrics as (
    select
        metrics.*,
        coalesce(metrics.higher_is_better, true) as is_higher_better,
        metrics.scorer || '/' || metrics.metric = runs.primary_metric as is_leading,
        {{ matches_nocase("metrics.scorer || ' ' || metrics.metric", "'grounded|faithful|citation'") }} as is_groundedness,
        {{ matches_nocase("metrics.scorer || ' ' || metrics.metric", "'hallucinat'") }} as is_hallucination,
        -- A share of right answers or passes goes up by its name; of a share of hallucinations that has to be told.
        metrics.higher_is_better is not null or metrics.metric in ('accuracy', 'pass_rate') as is_direction_told,
        -- A scorer that is named so is counted once, whatever it reports; else each metric that is.
        case when {{ matches_nocase("metrics.scorer", "'grounded|faithful|citation|hallucinat'") }} then '' else metrics.metric end as counted_under,
        runs.task_name,
        runs.project_id,
        runs.harness_artifact_id,
        {{ utc_date('runs.started_at') }} as started_on,
        runs.source_url
    from {{ ref('fct_eval_metrics') }} as metrics
    inner join {{ ref('fct_eval_runs') }} as runs on metrics.eval_run_id = runs.eval_run_id
    where
        runs.status in ('success', 'failed_threshold') and not coalesce(runs.git_is_dirty, false) and runs.started_at is not null
        and metrics.variant = '' and metrics.n > 0 and metrics.value between 0 and 1
),

wholes as (
    select
        *,
        value * n as n_supported,
        case when is_direction_told then case when is_higher_better then 1 - value else value end * n end as n_made_up,
        row_number() over (
            partition by eval_run_id, scorer, counted_under order by case metric when 'mean' then 0 when 'accuracy' then 1 else 2 end, metric
        ) = 1 as is_counted
    from metrics
    where slice = ''
),

slices as (
    select
        slices.*,
        wholes.value as whole,
        case when slices.is_higher_better then wholes.value - slices.value else slices.value - wholes.value end as below,
        {{ wilson_low('slices.value * slices.n', 'slices.n') }} as slice_low,
        {{ wilson_high('slices.value * slices.n', 'slices.n') }} as slice_high
    from metrics as slices
    inner join wholes
        on slices.eval_run_id = wholes.eval_run_id and slices.scorer = wholes.scorer and slices.metric = wholes.metric
    where slices.slice != '' and slices.is_leading and slices.n >= {{ policy_threshold('slice_items') }}
),

ranked as (
    select *, row_number() over (partition by eval_run_id order by below desc, slice) as place from slices
)

{% set run = kpi_run_fields() %}
{{ kpi_members('K09', 'wholes', dict(run, member_id='eval_metric_id', value='n_supported', weight='n'), 'is_groundedness and is_counted') }}
union all
{{ kpi_members('K10', 'wholes', dict(
    run, member_id='eval_metric_id', value='n_made_up', weight='case when is_direction_told then n else 0 end',
    n_excluded='case when is_direction_told then 0 else 1 end'
), 'is_hallucination and is_counted') }}
union all
{{ kpi_members('K12', 'ranked', dict(
    run, subject_name="task_name || ': ' || slice",
    value_low='100 * case when is_higher_better then whole - slice_high else slice_low - whole end', value_mid='100 * below',
    value_high='100 * case when is_higher_better then whole - slice_low else slice_high - whole end'
), 'place = 1') }}
