-- Changes that were taken back by a merged pull request that names the incident.
with fixes as (
    select fixes.incident_id, pulls.*
    from {{ ref('int_incident_fixes') }} as fixes
    inner join {{ ref('stg_github__pull_requests') }} as pulls on fixes.pull_request_id = pulls.pull_request_id
    where pulls.merged_at is not null
),

named as (
    select incident_id, repository_id, pull_request_id as fix_id, {{ reverted_number('body') }} as number, null as sha_start, _source_url as url
    from fixes
    union
    select incident_id, repository_id, pull_request_id, null, {{ extract('body', "'This reverts commit ([0-9a-f]{7,40})'") }}, _source_url from fixes
    union
    select fixes.incident_id, fixes.repository_id, fixes.pull_request_id, reverts.reverted_pull_request_number, null, fixes._source_url
    from fixes
    inner join {{ ref('stg_git__reverts') }} as reverts
        on
            fixes.repository_id = reverts.repository_id
            and fixes.merge_commit_sha = reverts.sha
            and reverts.kind = 'revert'
            and reverts.confidence in ('confirmed', 'probable')
)

select
    named.incident_id,
    'reverting_fix' as method,
    min(named.url) as url,
    pulls.pull_request_id,
    pulls.repository_id,
    pulls.number,
    pulls.merge_commit_sha as sha,
    pulls.merged_at as landed_at
from named
inner join {{ ref('int_incident_begins') }} as incidents on named.incident_id = incidents.incident_id
inner join {{ ref('stg_github__pull_requests') }} as pulls
    on
        named.repository_id = pulls.repository_id
        and pulls.merged_at <= incidents.began_at
        and (named.number = pulls.number or {{ has_prefix('pulls.merge_commit_sha', 'named.sha_start') }})
group by named.incident_id, pulls.pull_request_id, pulls.repository_id, pulls.number, pulls.merge_commit_sha, pulls.merged_at
