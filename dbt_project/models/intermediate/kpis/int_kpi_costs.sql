-- K15 and K16: what eval runs cost, and what accepted labels cost in months that have both a bill for labelling and such labels.
with runs as (
    select
        runs.eval_run_id,
        runs.task_name,
        runs.project_id,
        runs.harness_artifact_id,
        {{ utc_date('runs.started_at') }} as started_on,
        runs.source_url,
        costs.eval_run_cost_id,
        costs.state != 'not_observed' and costs.currency = 'USD' as is_known,
        costs.cost_low,
        costs.cost_mid,
        costs.cost_high
    from {{ ref('fct_eval_run_costs') }} as costs
    inner join {{ ref('fct_eval_runs') }} as runs on costs.eval_run_id = runs.eval_run_id and runs.started_at is not null
),

bills as (
    select
        *,
        {{ month_start('day') }} as month,
        state != 'not_observed' and currency = 'USD' as is_known
    from {{ ref('fct_model_spend') }}
    where {{ has_prefix('lower(line)', "'labelling'") }}
),

entries as (
    select {{ stable_hash(['provider', 'day', 'project', 'model', 'line']) }} as model_spend_id, min(entry_id) as entry_id
    from {{ ref('stg_registers__model_spend') }}
    group by provider, day, project, model, line
),

labelled as (
    select
        accepted.label_set,
        {{ month_start('accepted.accepted_on') }} as month,
        max(accepted.accepted_on) as accepted_on,
        count(*) as n_items,
        min(sets._source_url) as source_url
    from {{ ref('int_accepted_labels') }} as accepted
    inner join {{ ref('stg_labels__label_sets') }} as sets on accepted.label_set = sets.label_set
    group by accepted.label_set, {{ month_start('accepted.accepted_on') }}
),

-- Bills of a month have no weight, and its labels no price: together they are what a label costs.
billed as (
    select
        bills.*,
        entries.entry_id,
        bills.is_known and bills.month in (select labelled.month from labelled) as is_counted
    from bills
    left join entries on bills.model_spend_id = entries.model_spend_id
),

paid as (
    select * from labelled where month in (select billed.month from billed where billed.is_counted)
)

{{ kpi_members('K15', 'runs', dict(
    kpi_run_fields(), member_id='eval_run_cost_id', value_low='case when is_known then cost_low end', value_mid='case when is_known then cost_mid end',
    value_high='case when is_known then cost_high end', weight='case when is_known then 1 else 0 end',
    n_excluded='case when is_known then 0 else 1 end'
)) }}
union all
{{ kpi_members('K16', 'billed', {
    'member_id': 'model_spend_id', 'observed_on': 'day', 'subject_name': 'line', 'value': 'case when is_counted then amount end', 'weight': '0',
    'n_excluded': 'case when is_counted then 0 else 1 end', 'source_system': "'registers'", 'source_kind': "'model_spend'",
    'source_record_id': 'entry_id', 'source_url': 'source_url',
}) }}
union all
{{ kpi_members('K16', 'paid', {
    'member_id': "label_set || '|' || cast(month as varchar)", 'observed_on': 'accepted_on', 'subject_name': 'label_set', 'value': '0', 'weight': 'n_items',
    'source_system': "'labels'", 'source_kind': "'label_sets'", 'source_record_id': 'label_set', 'source_url': 'source_url',
}) }}
