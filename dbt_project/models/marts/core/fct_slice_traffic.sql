-- Shares of traffic, each statement once. What all slices of the product have at one moment is summed at every moment at which a share begins.
with told as (
    select
        product, slice, share, basis, valid_from, valid_to,
        {{ stable_hash(['product', 'slice', 'share', 'basis', 'valid_from', 'valid_to']) }} as slice_traffic_id,
        min(_source_url) as source_url
    from {{ ref('stg_registers__slice_traffic') }}
    group by product, slice, share, basis, valid_from, valid_to
),

contradicted as (
    select distinct told.slice_traffic_id
    from told
    inner join told as other
        on told.product = other.product and told.slice = other.slice and told.share != other.share and {{ overlaps('told', 'other') }}
),

moments as (
    select distinct product, valid_from as moment from told
),

held as (
    select moments.product, moments.moment, told.slice, max(told.share) as share
    from moments
    inner join told on moments.product = told.product and {{ is_valid_at('told', 'moments.moment') }}
    group by moments.product, moments.moment, told.slice
),

sums as (
    select product, moment, round(sum(share), 9) as share
    from held
    group by product, moment
),

highest as (
    select told.slice_traffic_id, max(sums.share) as share
    from told
    inner join sums on told.product = sums.product and {{ is_valid_at('told', 'sums.moment') }}
    group by told.slice_traffic_id
)

select
    told.slice_traffic_id,
    {{ stable_hash(['told.product', 'told.slice']) }} as slice_id,
    told.product,
    told.slice,
    told.share,
    told.basis,
    told.valid_from,
    told.valid_to,
    contradicted.slice_traffic_id is not null as is_contradicted,
    highest.share as product_share,
    highest.share > 1 as is_over_one,
    told.source_url
from told
inner join highest on told.slice_traffic_id = highest.slice_traffic_id
left join contradicted on told.slice_traffic_id = contradicted.slice_traffic_id
