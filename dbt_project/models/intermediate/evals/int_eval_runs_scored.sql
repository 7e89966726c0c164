-- How many samples of a run got a score, its leading metric, and whether every threshold was met.
with samples as (
    select
        run_id,
        count(distinct sample_key || '|' || cast(epoch as varchar)) filter (where score_num is not null or passed is not null) as n_scored
    from {{ ref('int_eval_samples') }}
    group by run_id
),

metrics as (
    select
        metrics.*,
        coalesce(metrics.threshold, case when metrics.slice = '' and metrics.variant = '' then claimed.envelope_threshold end) as held_to,
        metrics.slice = '' and metrics.variant = '' as is_overall
    from {{ ref('int_eval_metrics') }} as metrics
    left join {{ ref('int_eval_runs_claimed') }} as claimed on metrics.run_id = claimed.run_id
),

judged as (
    select
        *,
        coalesce(
            passed,
            case when held_to is not null then (value >= held_to) = coalesce(higher_is_better, true) or value = held_to end
        ) as is_met,
        -- The leading metric: overall, held to a threshold, first in the tool's own words, then by the usual names.
        case when is_overall then '0' else '1' end
        || case when held_to is not null then '0' else '1' end
        || case when is_primary then '0' else '1' end
        || case when lower(metric) in ('accuracy', 'acc', 'pass_rate', 'mean', 'score') then '0' else '1' end
        || scorer || '|' || metric || '|' || slice || '|' || variant as precedence
    from metrics
    where value is not null
),

ranked as (
    select *, row_number() over (partition by run_id order by precedence) as place
    from judged
),

thresholds as (
    select run_id, bool_and(is_met) as is_passed
    from judged
    where held_to is not null
    group by run_id
)

select
    runs.run_id,
    coalesce(samples.n_scored, greatest(coalesce(runs.n_completed, runs.n_samples, 0) - coalesce(runs.n_unscored, 0), 0)) as n_scored,
    leader.scorer || '/' || leader.metric as primary_metric,
    leader.value as primary_value,
    leader.held_to as threshold,
    case when runs.status = 'failed_threshold' then false else thresholds.is_passed end as is_passed
from {{ ref('stg_evals__runs') }} as runs
left join samples on runs.run_id = samples.run_id
left join ranked as leader on runs.run_id = leader.run_id and leader.place = 1
left join thresholds on runs.run_id = thresholds.run_id
