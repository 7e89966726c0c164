-- What was taken back or hotfixed of a delivered epic within 30 days of its merge, and by whose hand. Who wrote what an incident came from is no
-- evidence: a repair counts by what it says itself, never by the cause of an incident.
with hands as (
    select
        pulls.epic_id, pulls.pull_request_id, 'revert' as kind, 'git' as source_system, 'commits' as source_kind,
        reverts.repository_id || '|' || reverts.sha as rework_id, authors.person_id
    from {{ ref('int_delivered_pull_requests') }} as pulls
    inner join {{ ref('stg_git__reverts') }} as reverts
        on
            pulls.repository_id = reverts.repository_id
            and pulls.number = reverts.reverted_pull_request_number
            and reverts.kind = 'revert'
            and reverts.confidence in ('confirmed', 'probable')
            and reverts.landed_at between pulls.merged_at and {{ instant_plus_days('pulls.merged_at', 30) }}
    left join {{ ref('int_commit_authors') }} as authors on reverts.repository_id = authors.repository_id and reverts.sha = authors.sha
    union all
    select
        pulls.epic_id, pulls.pull_request_id, 'hotfix', 'github', 'pull_requests', cast(hotfixes.hotfix_id as varchar), authors.person_id
    from {{ ref('int_delivered_pull_requests') }} as pulls
    inner join {{ ref('int_delivery_hotfixes') }} as hotfixes
        on pulls.epic_id = hotfixes.epic_id and pulls.pull_request_id = hotfixes.pull_request_id
    left join {{ ref('int_pull_request_authors') }} as authors on hotfixes.hotfix_id = authors.pull_request_id
)

select
    hands.epic_id,
    hands.pull_request_id,
    hands.kind,
    hands.source_system,
    hands.source_kind,
    hands.rework_id,
    case
        when bool_or(own.person_id is not null) then 'authors'
        when bool_or(hands.person_id is not null) then 'others'
        else 'unknown'
    end as by_whom
from hands
left join {{ ref('int_pull_request_authors') }} as own on hands.pull_request_id = own.pull_request_id and hands.person_id = own.person_id
group by hands.epic_id, hands.pull_request_id, hands.kind, hands.source_system, hands.source_kind, hands.rework_id
