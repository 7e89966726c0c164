with source as (
    select * from {{ source('raw_labels', 'labels') }}
    where _deleted_at is null
),

renamed as (
    select
        label_id,
        label_set,
        item_key,
        question,
        native_id,
        rater_raw,
        value,
        value_number,
        is_skipped,
        is_gold,
        labelled_at,
        lead_seconds,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
