with source as (
    select * from {{ source('raw_registers', 'survey_answers') }}
    where _deleted_at is null
),

renamed as (
    select
        entry_id,
        register,
        survey,
        wave,
        valid_from,
        valid_to,
        question,
        respondent_group,
        scale_low,
        scale_high,
        answer,
        respondents,
        invited,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
