with source as (
    select * from {{ source('raw_people', 'decisions') }}
    where _deleted_at is null
),

renamed as (
    select
        decision_id,
        decided_at,
        decided_by,
        decision,
        system,
        account,
        account_login,
        duplicate_id,
        person_id,
        counts_for_id,
        reason,
        is_standing,
        overruled_by,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
