with source as (
    select * from {{ source('raw_evals', 'metrics') }}
    where _deleted_at is null
),

renamed as (
    select
        run_id,
        scorer,
        metric,
        slice,
        variant,
        value,
        stderr,
        n,
        higher_is_better,
        threshold,
        passed,
        judge_model,
        judge_prompt_sha,
        reducer,
        is_primary,
        content_sha,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
