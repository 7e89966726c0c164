with source as (
    select * from {{ source('raw_config', 'pseudonyms') }}
),

renamed as (
    select
        person_id,
        pseudonym
    from source
)

select * from renamed
