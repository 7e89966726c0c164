-- What the records of an incident say about whether an eval should have caught it: by the configured field, a column of a file, or a
-- label; with who said so, as far as the system tells. An automation says nothing here that counts: people decide this.
with labelled as (
    select distinct records.record_id, lower(l.label) as label
    from {{ ref('int_incident_records') }} as records
    {{ each(json_list('records.labels'), 'l', 'label') }}
    cross join {{ ref('int_settings') }} as settings
    where {{ list_has('settings.eval_attributable_labels', 'lower(l.label)') }}
),

said as (
    select
        record_id,
        case lower(trim(eval_attributable)) when 'yes' then 'yes' when 'true' then 'yes' when 'y' then 'yes' else 'no' end as said,
        'field' as how,
        cast(null as varchar) as label
    from {{ ref('int_incident_records') }}
    where lower(trim(eval_attributable)) in ('yes', 'true', 'y', 'no', 'false', 'n')
    union all
    select record_id, 'yes', 'label', min(label) from labelled
    group by record_id
),

-- The last one who set the field, or put the label on; in Jira who made the issue, where it was there from the beginning.
put as (
    select
        said.record_id,
        said.how,
        {{ latest('changes.author_id', 'changes.changed_at') }} as account,
        max(changes.changed_at) as said_at
    from said
    inner join {{ ref('stg_jira__issue_changes') }} as changes on said.record_id = changes.issue_id
    cross join {{ ref('int_settings') }} as settings
    where
        (said.how = 'field' and lower(settings.eval_attributable_field) in (lower(changes.field), lower(changes.field_id)))
        or (
            said.how = 'label'
            and lower(changes.field) = 'labels'
            and {{ has_text("' ' || lower(changes.to_text) || ' '", "' ' || said.label || ' '") }}
            and not coalesce({{ has_text("' ' || lower(changes.from_text) || ' '", "' ' || said.label || ' '") }}, false)
        )
    group by said.record_id, said.how
    union all
    select
        said.record_id,
        said.how,
        cast({{ latest('events.actor_id', 'events.created_at') }} as varchar),
        max(events.created_at)
    from said
    inner join {{ ref('stg_github__issue_events') }} as events on said.record_id = 'github:' || events.issue_id
    where said.how = 'label' and events.kind = 'labeled' and lower(events.label) = said.label
    group by said.record_id, said.how
),

sayers as (
    select
        said.record_id,
        said.said,
        said.how,
        case
            when issues.issue_id is not null then 'jira'
            when stores.kind = 'files' then 'incidents'
            when put.record_id is not null then 'github'
        end as system,
        case when put.record_id is not null then put.account else coalesce(issues.creator_id, stores.eval_attributable_by) end as account,
        coalesce(put.said_at, issues.created_at) as said_at
    from said
    left join put on said.record_id = put.record_id and said.how = put.how
    left join {{ ref('int_incident_issues') }} as issues on said.record_id = issues.issue_id
    left join {{ ref('stg_incidents__incidents') }} as stores on said.record_id = stores.incident_id
)

select
    sayers.record_id,
    sayers.said,
    sayers.how,
    sayers.said_at,
    case when accounts.kind = 'human' then accounts.person_id end as person_id,
    coalesce(accounts.kind in ('bot', 'ai_agent'), false) as is_automatic
from sayers
left join {{ ref('int_accounts_resolved') }} as accounts on sayers.system = accounts.system and sayers.account = accounts.account
