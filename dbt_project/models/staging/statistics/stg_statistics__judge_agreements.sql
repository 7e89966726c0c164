with source as (
    select * from {{ source('raw_statistics', 'judge_agreements') }}
),

renamed as (
    select
        label_set,
        question,
        task_name,
        scorer,
        judge_id,
        judge_prompt_sha,
        first_run_at,
        last_run_at,
        n_judged,
        n_unlabelled,
        n_tied,
        state,
        reason,
        agreement_low,
        agreement_mid,
        agreement_high,
        n_items,
        raw_agreement,
        method
    from source
)

select * from renamed
