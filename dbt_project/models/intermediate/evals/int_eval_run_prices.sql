-- The lowest and highest price of each kind of tokens of a run's model on the run's day: the organisation's own where it has one, else the list's.
with matched as (
    select
        runs.eval_run_id,
        prices.token_kind,
        prices.currency,
        prices.per_million,
        prices.basis,
        first_value(prices.basis) over (partition by runs.eval_run_id, prices.token_kind, prices.currency order by prices.basis) as best_basis
    from {{ ref('int_eval_runs') }} as runs
    inner join {{ ref('dim_model_prices') }} as prices
        on
            lower(runs.model_name) = lower(prices.model)
            and (runs.model_provider is null or lower(runs.model_provider) = lower(prices.provider))
            and {{ is_valid_at('prices', utc_date('runs.started_at')) }}
)

select
    eval_run_id,
    currency,
    min(case when token_kind = 'input' then per_million end) as input_low,
    max(case when token_kind = 'input' then per_million end) as input_high,
    min(case when token_kind = 'cached_input' then per_million end) as cached_low,
    max(case when token_kind = 'cached_input' then per_million end) as cached_high,
    min(case when token_kind = 'output' then per_million end) as output_low,
    max(case when token_kind = 'output' then per_million end) as output_high,
    min(basis) as basis
from matched
where basis = best_basis
group by eval_run_id, currency
