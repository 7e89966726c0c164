with source as (
    select * from {{ source('raw_packets', 'statements') }}
    where _deleted_at is null
),

renamed as (
    select
        statement_id,
        packet_id,
        artifact_id,
        kind,
        quote,
        line,
        project,
        author,
        period,
        consent,
        written_on,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
