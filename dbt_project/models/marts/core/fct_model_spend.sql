-- Lines of usage exports. Exports that overlap tell a line twice; told differently, it has bounds and no value.
with told as (
    select
        provider, day, project, model, line, currency,
        {{ stable_hash(['provider', 'day', 'project', 'model', 'line']) }} as model_spend_id,
        {{ stable_hash(['tokens_in', 'tokens_cached', 'tokens_out', 'amount', 'currency']) }} as content,
        tokens_in, tokens_cached, tokens_out, amount, _source_url
    from {{ ref('stg_registers__model_spend') }}
),

lines as (
    select
        model_spend_id, provider, day, project, model, line,
        count(distinct content) > 1 as is_contradicted,
        case when count(distinct currency) = 1 then max(currency) end as currency,
        max(tokens_in) as tokens_in,
        max(tokens_cached) as tokens_cached,
        max(tokens_out) as tokens_out,
        min(amount) as amount_low,
        max(amount) as amount_high,
        min(_source_url) as source_url
    from told
    group by model_spend_id, provider, day, project, model, line
)

select
    model_spend_id,
    provider,
    day,
    project,
    model,
    line,
    case when not is_contradicted then tokens_in end as tokens_in,
    case when not is_contradicted then tokens_cached end as tokens_cached,
    case when not is_contradicted then tokens_out end as tokens_out,
    currency,
    case when is_contradicted or amount_low is null then 'not_observed' when amount_low = 0 then 'observed_zero' else 'value' end as state,
    case when is_contradicted then 'told_twice_differently' when amount_low is null then 'amount_not_told' end as reason,
    case when not is_contradicted then amount_low end as amount,
    case when currency is not null then amount_low end as amount_low,
    case when currency is not null then amount_high end as amount_high,
    source_url
from lines
