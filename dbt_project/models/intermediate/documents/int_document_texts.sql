-- Lines of pull requests, issues, incidents and subjects of commits that may name a document.
with texts as (
    select
        'pull_request' as citing_kind, cast(pull_request_id as varchar) as citing_id, repository_id,
        'github' as account_system, cast(author_id as varchar) as account, created_at as cited_at, _source_url as url,
        coalesce(title, '') || chr(10) || coalesce(body, '') as text
    from {{ ref('stg_github__pull_requests') }}
    union all
    select
        case when incidents.issue_id is null then 'issue' else 'incident' end,
        coalesce(incidents.incident_id, cast(issues.issue_id as varchar)),
        issues.repository_id,
        'github',
        cast(issues.author_id as varchar),
        issues.created_at,
        issues._source_url,
        coalesce(issues.title, '') || chr(10) || coalesce(issues.body, '')
    from {{ ref('stg_github__issues') }} as issues
    left join {{ ref('int_incident_github_issues') }} as incidents on issues.issue_id = incidents.issue_id
    union all
    select
        case when incidents.issue_id is null then 'issue' else 'incident' end, issues.issue_id, null, 'jira', issues.reporter_id,
        issues.created_at, issues._source_url, coalesce(issues.summary, '') || chr(10) || coalesce(issues.description, '')
    from {{ ref('stg_jira__issues') }} as issues
    left join {{ ref('int_incident_issues') }} as incidents on issues.issue_id = incidents.issue_id
    union all
    select
        'incident', incident_id, null, null, null, created_at, _source_url, coalesce(title, '') || chr(10) || coalesce(links, '')
    from {{ ref('stg_incidents__incidents') }}
    union all
    select 'commit', repository_id || '@' || sha, repository_id, 'git', author_email, committed_at, _source_url, subject
    from {{ ref('stg_git__commits') }}
    where not is_merge
)

select texts.citing_kind, texts.citing_id, texts.repository_id, texts.account_system, texts.account, texts.cited_at, texts.url, lines.line, lines.number
from texts
{{ each_numbered(text_lines('texts.text'), 'lines', 'line', 'number') }}
where {{ matches('lines.line', "'[.](md|markdown)\\b|[A-Z]-?[ ]?[0-9]'") }}
