-- The pull request that an incident's record names as its cause, strongest link first. Nothing is inferred from lines of code.
with incidents as (
    select *, coalesce(impact_started_at, created_at) as began_at from {{ ref('int_incident_issues') }}
),

links as (
    select incidents.issue_id, links.other_issue_id, incidents.began_at, links._source_url as url
    from incidents
    inner join {{ ref('stg_jira__issue_links') }} as links on incidents.issue_id = links.issue_id
    where lower(links.description) like '%caused by%'
),

declared as (
    -- The linked ticket's change that was merged last before the incident began.
    select
        links.issue_id,
        {{ latest('pulls.pull_request_id', 'pulls.merged_at') }} as pull_request_id,
        1 as strength,
        'declared' as cause_link_strength
    from links
    inner join {{ ref('int_pull_request_issue_links') }} as named on links.other_issue_id = named.issue_id and named.system = 'jira'
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on named.pull_request_id = pulls.pull_request_id and pulls.merged_at <= links.began_at
    group by links.issue_id
),

reverted as (
    -- A pull request that names the incident and takes another one back.
    select
        incidents.issue_id,
        fixes.repository_id,
        {{ reverted_number('fixes.body') }} as number
    from incidents
    inner join {{ ref('int_pull_request_issue_links') }} as named on incidents.issue_id = named.issue_id and named.system = 'jira'
    inner join {{ ref('stg_github__pull_requests') }} as fixes
        on named.pull_request_id = fixes.pull_request_id and fixes.merged_at is not null
),

resolved as (
    select reverted.issue_id, min(pulls.pull_request_id) as pull_request_id, 2 as strength, 'resolved' as cause_link_strength
    from reverted
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on reverted.repository_id = pulls.repository_id and reverted.number = pulls.number
    group by reverted.issue_id
),

candidates as (
    select * from declared
    union all
    select * from resolved
)

select issue_id, min_by(pull_request_id, strength) as pull_request_id, min_by(cause_link_strength, strength) as cause_link_strength
from candidates
group by issue_id
