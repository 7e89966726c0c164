-- GitHub issues that are incidents by the configured labels, with the severity that their labels stand for: null where none or several do.
with labelled as (
    select issues.issue_id, issues.repository_id, lower(l.label) as label
    from {{ ref('stg_github__issues') }} as issues
    {{ each(json_list('issues.labels'), 'l', 'label') }}
),

read as (
    select
        labelled.issue_id,
        labelled.repository_id,
        bool_or(meanings.meaning = 'incident') as is_incident,
        case when count(distinct meanings.severity) = 1 then min(meanings.severity) end as severity
    from labelled
    inner join {{ ref('stg_config__incident_labels') }} as meanings
        on
            (meanings.meaning = 'incident' and labelled.label = meanings.label)
            or (meanings.meaning = 'severity' and {{ matches('labelled.label', glob_regex('meanings.label')) }})
    group by labelled.issue_id, labelled.repository_id
)

select issues.*, 'github:' || issues.issue_id as incident_id, read.severity
from {{ ref('stg_github__issues') }} as issues
inner join read on issues.issue_id = read.issue_id and read.is_incident
inner join {{ ref('int_repositories') }} as repositories on issues.repository_id = repositories.repository_id
cross join {{ ref('int_settings') }} as settings
where
    {{ list_size('settings.incident_repositories') }} = 0
    or {{ any_glob('settings.incident_repositories', 'lower(repositories.full_name)') }}
