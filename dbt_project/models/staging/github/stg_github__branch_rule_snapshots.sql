with source as (
    select * from {{ source('raw_github', 'branch_rule_snapshots') }}
    where _deleted_at is null
),

renamed as (
    select
        'github:' || repository_id as repository_id,
        branch,
        observed_at,
        rules,
        rules_state,
        classic,
        classic_state,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
