with source as (
    select * from {{ source('raw_config', 'artifacts') }}
),

renamed as (
    select
        artifact_id,
        kind,
        name,
        repository,
        path_globs,
        packages,
        workflows,
        names
    from source
)

select * from renamed
