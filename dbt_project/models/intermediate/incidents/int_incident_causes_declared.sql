-- What the records of incidents name as the cause, found among the changes that are known: a pull request, else a commit. One that
-- nobody has, or that came after the incident began, is there with the reason.
with statements as (
    select
        statements.*,
        incidents.began_at,
        case
            when statements.slug is not null then names.repository_id
            when statements.number is not null then statements.repository_id
        end as named_repository_id
    from {{ ref('int_incident_cause_statements') }} as statements
    inner join {{ ref('int_incident_begins') }} as incidents on statements.incident_id = incidents.incident_id
    left join {{ ref('int_repository_names') }} as names
        on statements.slug = names.slug and {{ is_valid_at('names', 'incidents.began_at') }}
),

tickets as (
    select statements.incident_id, statements.target, named.pull_request_id
    from statements
    left join {{ ref('int_jira_issue_keys') }} as issues on statements.issue_key = issues.issue_key
    inner join {{ ref('int_pull_request_issue_links') }} as named
        on coalesce(statements.issue_id, issues.issue_id) = named.issue_id and named.system = 'jira'
),

commits as (
    select repository_id, merge_commit_sha as sha, pull_request_id, merged_at as landed_at from {{ ref('stg_github__pull_requests') }}
    where merge_commit_sha is not null and merged_at is not null
    union
    select pulls.repository_id, commits.sha, pulls.pull_request_id, pulls.merged_at
    from {{ ref('stg_github__pull_request_commits') }} as commits
    inner join {{ ref('stg_github__pull_requests') }} as pulls on commits.pull_request_id = pulls.pull_request_id
    where pulls.merged_at is not null
    union
    select repository_id, sha, null, landed_at from {{ ref('stg_git__commits') }}
    where landed_at is not null
),

found as (
    select statements.incident_id, statements.target, pulls.pull_request_id, pulls.repository_id, pulls.merge_commit_sha as sha, pulls.merged_at as landed_at
    from statements
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on statements.named_repository_id = pulls.repository_id and statements.number = pulls.number
    union
    select tickets.incident_id, tickets.target, pulls.pull_request_id, pulls.repository_id, pulls.merge_commit_sha, pulls.merged_at
    from tickets
    inner join {{ ref('stg_github__pull_requests') }} as pulls on tickets.pull_request_id = pulls.pull_request_id
    union
    select statements.incident_id, statements.target, commits.pull_request_id, commits.repository_id, commits.sha, commits.landed_at
    from statements
    inner join commits
        on
            {{ has_prefix('commits.sha', 'statements.sha_start') }}
            and (statements.named_repository_id is null or statements.named_repository_id = commits.repository_id)
),

-- Of several changes for one ticket the one that landed last before the incident began; a pull request before the bare commit.
ranked as (
    select
        statements.incident_id,
        statements.method,
        statements.target,
        statements.url,
        statements.began_at,
        found.pull_request_id,
        found.repository_id,
        found.sha,
        found.landed_at,
        found.incident_id is not null as is_found,
        count(distinct case when statements.sha_start is not null then found.sha end) over (
            partition by statements.incident_id, statements.method, statements.target
        ) as n_shas,
        row_number() over (
            partition by statements.incident_id, statements.method, statements.target
            order by found.landed_at <= statements.began_at desc nulls last, found.landed_at desc nulls last, found.pull_request_id nulls last
        ) as place
    from statements
    left join found on statements.incident_id = found.incident_id and statements.target = found.target
),

judged as (
    select
        *,
        case
            when not is_found then 'no_such_change'
            when n_shas > 1 then 'several_commits'
            when landed_at is null then 'not_merged'
            when landed_at > began_at then 'merged_after_it_began'
        end as missing
    from ranked
    where place = 1
)

select
    incident_id,
    method,
    target,
    url,
    missing,
    case when missing is null then pull_request_id end as pull_request_id,
    case when missing is null then repository_id end as repository_id,
    case when missing is null then sha end as sha,
    case when missing is null then landed_at end as landed_at
from judged
