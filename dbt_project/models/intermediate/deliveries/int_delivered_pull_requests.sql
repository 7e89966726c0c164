-- Merged pull requests of done epics. One that takes another of them back, or mends it in a hurry, is no part of the delivery.
select pulls.*
from {{ ref('int_epic_pull_requests') }} as pulls
inner join {{ ref('int_delivered_epics') }} as epics on pulls.epic_id = epics.issue_id
left join {{ ref('int_delivery_hotfixes') }} as hotfixes on pulls.epic_id = hotfixes.epic_id and pulls.pull_request_id = hotfixes.hotfix_id
where
    hotfixes.hotfix_id is null
    and not exists (
        select 1 from {{ ref('stg_git__reverts') }} as reverts
        where
            reverts.repository_id = pulls.repository_id and reverts.pull_request_number = pulls.number
            and reverts.kind = 'revert' and reverts.confidence in ('confirmed', 'probable')
    )
