with source as (
    select * from {{ source('raw_packets', 'packets') }}
    where _deleted_at is null
),

renamed as (
    select
        packet_id,
        folder,
        path,
        author,
        period,
        consent,
        written_on,
        project,
        n_acknowledgements,
        n_mentions,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
