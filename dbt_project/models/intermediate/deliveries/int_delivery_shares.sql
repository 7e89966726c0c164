-- Each person's part of a delivered epic: between what the assignee field and what the authors of its pull requests say, and the mean of the two.
with assigned as (
    select epics.issue_id, accounts.person_id, 1.0 as share
    from {{ ref('int_delivered_epics') }} as epics
    inner join {{ ref('int_accounts_resolved') }} as accounts
        on accounts.system = 'jira' and epics.assignee_id = accounts.account and accounts.kind = 'human'
),

written as (
    select
        pulls.epic_id as issue_id,
        authors.person_id,
        sum(authors.share) / min(sizes.n_pulls) as share,
        count(*) as n_pull_requests
    from {{ ref('int_delivered_pull_requests') }} as pulls
    inner join {{ ref('int_pull_request_authors') }} as authors on pulls.pull_request_id = authors.pull_request_id
    inner join (
        select epic_id, count(*) as n_pulls from {{ ref('int_delivered_pull_requests') }} group by epic_id
    ) as sizes on pulls.epic_id = sizes.epic_id
    where authors.kind = 'human' and authors.person_id is not null
    group by pulls.epic_id, authors.person_id
),

people as (
    select issue_id, person_id from assigned
    union
    select issue_id, person_id from written
),

joined as (
    select
        people.issue_id,
        people.person_id,
        assigned.share as assigned_share,
        written.share as written_share,
        coalesce(written.n_pull_requests, 0) as n_pull_requests,
        count(assigned.share) over (partition by people.issue_id) > 0 as has_assignee,
        count(written.share) over (partition by people.issue_id) > 0 as has_authors
    from people
    left join assigned on people.issue_id = assigned.issue_id and people.person_id = assigned.person_id
    left join written on people.issue_id = written.issue_id and people.person_id = written.person_id
)

select
    issue_id,
    person_id,
    assigned_share is not null as is_assignee,
    n_pull_requests,
    case when has_assignee and has_authors then least(coalesce(assigned_share, 0), coalesce(written_share, 0)) when has_authors then written_share else 0 end
        as share_low,
    case
        when has_assignee and has_authors then (coalesce(assigned_share, 0) + coalesce(written_share, 0)) / 2
        else coalesce(written_share, assigned_share)
    end as share_mid,
    greatest(coalesce(assigned_share, 0), coalesce(written_share, 0)) as share_high
from joined
