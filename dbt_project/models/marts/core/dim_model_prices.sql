-- Prices, each statement once; prices of one kind and basis that hold at one time and differ are marked.
with told as (
    select
        provider, model, token_kind, per_million, currency, basis, valid_from, valid_to,
        {{ stable_hash(['provider', 'model', 'token_kind', 'per_million', 'currency', 'basis', 'valid_from', 'valid_to']) }} as model_price_id,
        min(coalesce(url, _source_url)) as source_url
    from {{ ref('stg_registers__model_prices') }}
    group by provider, model, token_kind, per_million, currency, basis, valid_from, valid_to
),

contradicted as (
    select distinct told.model_price_id
    from told
    inner join told as other
        on
            lower(told.provider) = lower(other.provider) and lower(told.model) = lower(other.model) and told.token_kind = other.token_kind
            and told.currency = other.currency and told.basis = other.basis and told.per_million != other.per_million
            and {{ overlaps('told', 'other') }}
)

select
    told.model_price_id,
    told.provider,
    told.model,
    told.token_kind,
    told.per_million,
    told.currency,
    told.basis,
    told.valid_from,
    told.valid_to,
    contradicted.model_price_id is not null as is_contradicted,
    told.source_url
from told
left join contradicted on told.model_price_id = contradicted.model_price_id
