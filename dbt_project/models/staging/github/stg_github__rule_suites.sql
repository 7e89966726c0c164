with source as (
    select * from {{ source('raw_github', 'rule_suites') }}
    where _deleted_at is null
),

renamed as (
    select
        rule_suite_id,
        'github:' || repository_id as repository_id,
        actor_id,
        actor_login,
        before_sha,
        after_sha,
        ref,
        pushed_at,
        result,
        evaluation_result,
        rule_evaluations,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
