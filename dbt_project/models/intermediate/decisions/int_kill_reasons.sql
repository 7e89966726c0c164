-- Why an epic was stopped, where its labels say what no record shows by itself. Put on after the end it is no reason known then, and two
-- reasons that contradict each other are none.
with labelled as (
    select
        epics.issue_id, epics.stopped_at, issues.created_at, lower(l.label) as label,
        case replace(lower(l.label), '_', '-')
            when 'task-shape-did-not-fit' then 'task_shape_did_not_fit'
            when 'unrecoverable-with-available-models' then 'unrecoverable_with_available_models'
        end as reason
    from {{ ref('int_stopped_epics') }} as epics
    inner join {{ ref('stg_jira__issues') }} as issues on epics.issue_id = issues.issue_id
    {{ each(json_list('issues.labels'), 'l', 'label') }}
),

put as (
    select labelled.issue_id, labelled.label, min(changes.changed_at) as put_at
    from labelled
    inner join {{ ref('stg_jira__issue_changes') }} as changes on labelled.issue_id = changes.issue_id
    where
        labelled.reason is not null
        and lower(changes.field) = 'labels'
        and {{ has_text("' ' || lower(changes.to_text) || ' '", "' ' || labelled.label || ' '") }}
        and not coalesce({{ has_text("' ' || lower(changes.from_text) || ' '", "' ' || labelled.label || ' '") }}, false)
    group by labelled.issue_id, labelled.label
)

select labelled.issue_id, min(labelled.reason) as reason
from labelled
left join put on labelled.issue_id = put.issue_id and labelled.label = put.label
where labelled.reason is not null and coalesce(put.put_at, labelled.created_at) <= labelled.stopped_at
group by labelled.issue_id
having count(distinct labelled.reason) = 1
