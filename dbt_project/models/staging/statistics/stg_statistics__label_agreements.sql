with source as (
    select * from {{ source('raw_statistics', 'label_agreements') }}
),

renamed as (
    select
        label_set,
        question,
        state,
        reason,
        agreement_low,
        agreement_mid,
        agreement_high,
        n_items,
        raw_agreement,
        method
    from source
)

select * from renamed
