with source as (
    select * from {{ source('raw_incidents', 'incidents') }}
    where _deleted_at is null
),

renamed as (
    select
        incident_id,
        kind,
        native_id,
        number,
        title,
        status,
        severity,
        urgency,
        service_id,
        service,
        started_at,
        created_at,
        acknowledged_at,
        resolved_at,
        resolved_how,
        n_reopened,
        has_history,
        customer_impact,
        eval_attributable,
        lower(trim(eval_attributable_by)) as eval_attributable_by,
        causes,
        labels,
        links,
        _source_url,
        _extracted_at,
        _load_id
    from source
)

select * from renamed
