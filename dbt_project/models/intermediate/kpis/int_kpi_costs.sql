-- K15 and K16: what eval runs cost, and what labels cost in months that have both a bill for labelling and labels.
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
        spend.*,
        {{ month_start('spend.day') }} as month,
        count(*) over (partition by {{ month_start('spend.day') }}) as n_bills
    from {{ ref('fct_model_spend') }} as spend
    where spend.state != 'not_observed' and spend.currency = 'USD' and {{ has_prefix('lower(spend.line)', "'labelling'") }}
),

entries as (
    select {{ stable_hash(['provider', 'day', 'project', 'model', 'line']) }} as model_spend_id, min(entry_id) as entry_id
    from {{ ref('stg_registers__model_spend') }}
    group by provider, day, project, model, line
),

labelled as (
    select {{ month_start(utc_date('labelled_at')) }} as month, count(distinct label_set || '|' || item_key) as n_items
    from {{ ref('fct_labels') }}
    where not is_skipped and labelled_at is not null
    group by {{ month_start(utc_date('labelled_at')) }}
),

shared as (
    -- Several bills of a month share its items, which are then counted once.
    select bills.*, entries.entry_id, cast(labelled.n_items as double) / bills.n_bills as n_items
    from bills
    inner join labelled on bills.month = labelled.month
    left join entries on bills.model_spend_id = entries.model_spend_id
)

{{ kpi_members('K15', 'runs', dict(
    kpi_run_fields(), member_id='eval_run_cost_id', value_low='case when is_known then cost_low end', value_mid='case when is_known then cost_mid end',
    value_high='case when is_known then cost_high end', weight='case when is_known then 1 else 0 end',
    n_excluded='case when is_known then 0 else 1 end'
)) }}
union all
{{ kpi_members('K16', 'shared', {
    'member_id': 'model_spend_id', 'observed_on': 'day', 'subject_name': 'line', 'value': 'amount', 'weight': 'n_items',
    'source_system': "'registers'", 'source_kind': "'model_spend'", 'source_record_id': 'entry_id', 'source_url': 'source_url',
}) }}
