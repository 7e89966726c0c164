with source as (
    select * from {{ source('raw_experiments', 'experiments') }}
    where _deleted_at is null
),

renamed as (
    select
        experiment_id,
        kind,
        native_id,
        name,
        hypothesis,
        owner_raw,
        status,
        experiment_type,
        randomization_unit,
        analysis_unit,
        started_at,
        ended_at,
        decision,
        decision_reason,
        decided_at,
        preregistered_at,
        feature_flag_key,
        project_raw,
        repository_raw,
        pull_request_numbers,
        variations,
        planned_n,
        planned_mde_relative,
        planned_days,
        alpha,
        sequential_method,
        n_looks,
        correction_method,
        is_cuped,
        has_holdout,
        tags,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
