with source as (
    select * from {{ source('raw_evals', 'runs') }}
    where _deleted_at is null
),

renamed as (
    select
        run_id,
        kind,
        native_run_id,
        path,
        content_sha,
        task_name,
        task_version,
        harness_name,
        harness_version,
        harness_package,
        harness_commit,
        packages,
        envelope,
        project_raw,
        repository_raw,
        git_sha_raw,
        git_is_dirty,
        'github:' || ci_repository_id as ci_repository_id,
        ci_run_id,
        ci_run_attempt,
        pull_request_number,
        created_by_raw,
        started_at,
        ended_at,
        status,
        model_raw,
        model_provider,
        model_name,
        answered_model,
        dataset_version_id,
        dataset_name,
        prompt_sha,
        n_samples,
        n_completed,
        n_errors,
        n_unscored,
        epochs,
        limit_applied,
        cost_usd,
        tokens_in,
        tokens_out,
        tokens_cached,
        wall_seconds,
        tags,
        metadata,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
