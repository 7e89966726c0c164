with source as (
    select * from {{ source('raw_people', 'splits') }}
    where _deleted_at is null
),

renamed as (
    select
        split_id,
        artifact_id,
        repository,
        pull_request_number,
        valid_from,
        person_id,
        share,
        signed_at,
        is_signed_by_all,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
