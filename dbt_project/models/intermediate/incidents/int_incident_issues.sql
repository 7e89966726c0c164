-- Jira issues that are incidents by the configured projects and issue types.
select issues.*
from {{ ref('stg_jira__issues') }} as issues
cross join {{ ref('int_settings') }} as settings
where
    ({{ list_size('settings.incident_projects') }} = 0 or {{ list_has('settings.incident_projects', 'issues.project_key') }})
    and {{ list_has('settings.incident_issue_types', 'issues.issue_type') }}
