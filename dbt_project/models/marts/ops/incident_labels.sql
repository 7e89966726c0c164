with carried as (
    select issues.issue_id, issues.repository_id, lower(l.label) as label
    from {{ ref('stg_github__issues') }} as issues
    {{ each(json_list('issues.labels'), 'l', 'label') }}
),

configured as (
    select
        labels.meaning,
        labels.label,
        labels.severity,
        (
            select count(distinct known.repository_id) from {{ ref('stg_github__labels') }} as known
            where {{ matches('lower(known.name)', glob_regex('labels.label')) }}
        ) as n_repositories,
        (
            select count(distinct carried.issue_id) from carried
            where {{ matches('carried.label', glob_regex('labels.label')) }}
        ) as n_issues,
        (select count(*) from {{ ref('stg_github__labels') }}) as n_known
    from {{ ref('stg_config__incident_labels') }} as labels
)

select
    {{ stable_hash(['meaning', 'label']) }} as incident_label_id,
    meaning,
    label,
    severity,
    case when n_known > 0 then n_repositories end as n_repositories,
    n_issues,
    case
        when n_issues > 0 then 'carried'
        when n_repositories > 0 then 'no_issue'
        when n_known > 0 then 'in_no_repository'
        else 'labels_not_read'
    end as state
from configured
