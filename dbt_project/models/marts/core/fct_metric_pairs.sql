-- What each change of a project changed: a metric before and after, its window and its source. What shipped without one says so: to have
-- shipped is no impact.
with measured as (
    select
        project_id, change_kind, change_id, change_name, pair_key, metric_name, unit, value_before, value_after, effect_low, effect_mid, effect_high,
        basis, not_observed_reason, window_from, window_to, source_system, source_kind, record_before_id, record_after_id, source_url
    from {{ ref('int_metric_pairs_of_experiments') }}
    union all
    select
        project_id, change_kind, change_id, change_name, pair_key, metric_name, unit, value_before, value_after, null, null, null,
        basis, not_observed_reason, window_from, window_to, 'evals', 'runs', record_before_id, record_after_id, source_url
    from {{ ref('int_metric_pairs_of_evals') }}
),

measured_launches as (
    select pulls.launch_id
    from {{ ref('int_launch_pull_requests') }} as pulls
    inner join {{ ref('fct_prompt_changes') }} as prompts on pulls.pull_request_id = prompts.pull_request_id
    inner join measured on prompts.prompt_change_id = measured.change_id
    where measured.not_observed_reason is null
),

-- A deployment whose own changes were measured is told by them.
shipped as (
    select * from {{ ref('fct_launches') }}
    where subject_kind in ('deployment', 'flag', 'checkpoint') and launch_id not in (select measured_launches.launch_id from measured_launches)
),

pairs as (
    select * from measured
    union all
    select
        project_id, subject_kind, subject_id, subject_name, '', null, null, null, null, null, null, null,
        null, 'shipped_without_a_metric', started_at, coalesce(full_at, started_at), null, null, null, null, source_url
    from shipped
)

select
    {{ stable_hash(["'metric_pair'", 'pairs.change_kind', 'pairs.change_id', 'pairs.pair_key']) }} as metric_pair_id,
    pairs.project_id,
    pairs.change_kind,
    pairs.change_id,
    pairs.change_name,
    case when pairs.not_observed_reason is null then 'value' else 'not_observed' end as state,
    pairs.not_observed_reason,
    case when pairs.not_observed_reason is null then pairs.basis end as basis,
    pairs.metric_name,
    pairs.unit,
    case when pairs.not_observed_reason is null then pairs.value_before end as value_before,
    case when pairs.not_observed_reason is null then pairs.value_after end as value_after,
    case when pairs.not_observed_reason is null then pairs.value_after - pairs.value_before end as difference,
    case when pairs.not_observed_reason is null then pairs.effect_low end as effect_low,
    case when pairs.not_observed_reason is null then pairs.effect_mid end as effect_mid,
    case when pairs.not_observed_reason is null then pairs.effect_high end as effect_high,
    pairs.window_from,
    pairs.window_to,
    coalesce(projects.name || ', ', '') || coalesce(pairs.change_name, pairs.change_id) || {{ metric_pair_words('pairs') }} as sentence,
    pairs.source_system,
    pairs.source_kind,
    pairs.record_before_id,
    pairs.record_after_id,
    pairs.source_url
from pairs
left join {{ ref('dim_projects') }} as projects on pairs.project_id = projects.project_id
