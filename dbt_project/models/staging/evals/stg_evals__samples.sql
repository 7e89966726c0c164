with source as (
    select * from {{ source('raw_evals', 'samples') }}
    where _deleted_at is null
),

renamed as (
    select
        run_id,
        sample_key,
        epoch,
        scorer,
        slice,
        failure_mode,
        score_num,
        score_raw,
        passed,
        error_kind,
        unscored_reason,
        judge_kind,
        judge_id,
        judge_prompt_sha,
        rationale_sha,
        input_sha,
        target_sha,
        output_sha,
        cost_usd,
        latency_ms,
        tokens_in,
        tokens_out,
        edited,
        content_sha,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
