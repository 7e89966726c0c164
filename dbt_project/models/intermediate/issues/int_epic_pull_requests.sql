-- Merged pull requests that name an epic or an issue below it.
with epics as (
    select issues.issue_id
    from {{ ref('stg_jira__issues') }} as issues
    where {{ is_epic_issue('issues') }}
),

family as (
    select issue_id as epic_id, issue_id from epics
    union all
    select parent_id, issue_id from {{ ref('stg_jira__issues') }}
    where parent_id in (select epics.issue_id from epics)
    union all
    -- On Server an epic is linked by its key, as it was then.
    select keys.issue_id, children.issue_id
    from {{ ref('stg_jira__issues') }} as children
    inner join {{ ref('int_jira_issue_keys') }} as keys on children.epic_key = keys.issue_key
    inner join epics on keys.issue_id = epics.issue_id
)

select distinct family.epic_id, pulls.pull_request_id, pulls.repository_id, pulls.number, pulls.merged_at, pulls.merge_commit_sha
from family
inner join {{ ref('int_pull_request_issue_links') }} as links on family.issue_id = links.issue_id and links.system = 'jira'
inner join {{ ref('stg_github__pull_requests') }} as pulls on links.pull_request_id = pulls.pull_request_id
where pulls.merged_at is not null
