with source as (
    select * from {{ source('raw_labels', 'label_sets') }}
    where _deleted_at is null
),

renamed as (
    select
        label_set,
        kind,
        scale,
        passing,
        judge_task,
        judge_scorer,
        n_items,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
