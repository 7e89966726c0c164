-- Issues that a pull request names: Jira keys, also former ones, in title, text or branch, and GitHub issues that it says it closes, of its own repository by
-- number, of any by the name that meant the repository then.
with texts as (
    select
        pull_request_id,
        repository_id,
        created_at,
        coalesce(title, '') || chr(10) || coalesce(body, '') || chr(10) || upper(coalesce(head_ref, '')) as text,
        lower(coalesce(title, '') || chr(10) || coalesce(body, '')) as lower_text
    from {{ ref('stg_github__pull_requests') }}
),

jira_keys as (
    select texts.pull_request_id, k.issue_key
    from texts
    {{ each(extract_all('texts.text', "'\\b([A-Z][A-Z0-9_]+-[0-9]+)\\b'"), 'k', 'issue_key') }}
),

closed_names as (
    select
        texts.pull_request_id,
        texts.created_at,
        {{ extract('n.reference', "'^(.+?)(?:#|/issues/)[0-9]+$'") }} as slug,
        {{ extract('n.reference', "'([0-9]+)$'") }} as number
    from texts
    {{ each(extract_all(
        'texts.lower_text',
        "'\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? +(?:https?://[^/\\s]+/)?([a-z0-9_.-]+/[a-z0-9_.-]+(?:#|/issues/)[0-9]+)\\b'"
    ), 'n', 'reference') }}
),

closed_numbers as (
    select texts.pull_request_id, texts.repository_id, texts.repository_id as from_repository_id, try_cast(n.number as bigint) as number
    from texts
    {{ each(extract_all('texts.lower_text', "'\\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? +#([0-9]+)\\b'"), 'n', 'number') }}
    union all
    select closed_names.pull_request_id, names.repository_id, texts.repository_id, try_cast(closed_names.number as bigint)
    from closed_names
    inner join texts on closed_names.pull_request_id = texts.pull_request_id
    inner join {{ ref('int_repository_names') }} as names
        on closed_names.slug = names.slug and {{ is_valid_at('names', 'closed_names.created_at') }}
)

select distinct
    jira_keys.pull_request_id,
    'jira' as system,
    keys.issue_id,
    keys.current_key as issue_key,
    keys.source_url as url
from jira_keys
inner join {{ ref('int_jira_issue_keys') }} as keys on jira_keys.issue_key = keys.issue_key
union all
select distinct
    closed_numbers.pull_request_id,
    'github',
    cast(issues.issue_id as varchar),
    case when closed_numbers.repository_id = closed_numbers.from_repository_id then '' else repositories.full_name end
    || '#' || cast(issues.number as varchar),
    issues._source_url
from closed_numbers
inner join {{ ref('stg_github__issues') }} as issues
    on closed_numbers.repository_id = issues.repository_id and closed_numbers.number = issues.number
left join {{ ref('int_repositories') }} as repositories on issues.repository_id = repositories.repository_id
