-- What a run cost: as its tool reports it, else its tokens at the prices of its day. Tools differ in whether tokens read count those out
-- of a cache, so that such a run has bounds.
with runs as (
    select
        runs.eval_run_id,
        runs.cost_usd,
        runs.model_name,
        runs.started_at,
        runs.tokens_in,
        runs.tokens_out,
        coalesce(read.tokens_cached, 0) as tokens_cached,
        runs.source_url
    from {{ ref('int_eval_runs') }} as runs
    inner join {{ ref('stg_evals__runs') }} as read on runs.eval_run_id = read.run_id
),

priced as (
    select
        runs.eval_run_id,
        prices.currency,
        prices.basis,
        (
            greatest(runs.tokens_in - runs.tokens_cached, 0) * coalesce(prices.input_low, 0)
            + runs.tokens_cached * coalesce(prices.cached_low, 0) + runs.tokens_out * coalesce(prices.output_low, 0)
        ) / 1000000.0 as cost_low,
        (
            runs.tokens_in * coalesce(prices.input_high, 0)
            + runs.tokens_cached * coalesce(prices.cached_high, prices.input_high, 0) + runs.tokens_out * coalesce(prices.output_high, 0)
        ) / 1000000.0 as cost_high
    from runs
    inner join {{ ref('int_eval_run_prices') }} as prices on runs.eval_run_id = prices.eval_run_id
    where
        runs.cost_usd is null and runs.tokens_in is not null and runs.tokens_out is not null
        and (runs.tokens_in = 0 or prices.input_low is not null) and (runs.tokens_out = 0 or prices.output_low is not null)
),

costs as (
    select
        runs.eval_run_id,
        case when runs.cost_usd is not null then 'USD' else priced.currency end as currency,
        coalesce(runs.cost_usd, priced.cost_low) as cost_low,
        coalesce(runs.cost_usd, priced.cost_high) as cost_high,
        case
            when runs.cost_usd is not null then 'reported by the harness'
            when priced.basis is not null then 'tokens at the ' || priced.basis || ' prices of the day, those of judges at the price of the model'
        end as method,
        case
            when runs.cost_usd is not null or priced.currency is not null then null
            when runs.tokens_in is null or runs.tokens_out is null then 'no_cost_and_no_tokens'
            when runs.model_name is null then 'no_model'
            when runs.started_at is null then 'no_day'
            else 'no_price_of_the_day'
        end as reason,
        runs.source_url
    from runs
    left join priced on runs.eval_run_id = priced.eval_run_id
)

select
    {{ stable_hash(['eval_run_id', 'currency']) }} as eval_run_cost_id,
    eval_run_id,
    currency,
    case when reason is not null then 'not_observed' when cost_high = 0 then 'observed_zero' else 'value' end as state,
    reason,
    cost_low,
    (cost_low + cost_high) / 2 as cost_mid,
    cost_high,
    method,
    source_url
from costs
