with source as (
    select * from {{ source('raw_jira', 'issues') }}
    where _deleted_at is null
),

renamed as (
    select
        issue_id,
        issue_key,
        project_id,
        project_key,
        issue_type,
        summary,
        status,
        status_category,
        resolution,
        priority,
        severity,
        assignee_id,
        reporter_id,
        creator_id,
        labels,
        parent_id,
        epic_id,
        epic_key,
        is_epic,
        sprint_ids,
        impact_started_at,
        customer_impact,
        eval_attributable,
        cause,
        created_at,
        updated_at,
        resolution_at,
        {{ json_text('_raw', '$.fields.duedate') }} as due_on,
        {{ json_text('_raw', '$.fields.description') }} as description,
        _raw,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
