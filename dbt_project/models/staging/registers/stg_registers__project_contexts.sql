with source as (
    select * from {{ source('raw_registers', 'project_contexts') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        project,
        person,
        ambiguity,
        dependencies,
        novelty,
        reason,
        told_by,
        valid_from,
        valid_to,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
