-- The first commit of each pull request's own work and the first review by another human.
with commits as (
    select pull_request_id, min(authored_at) as first_commit_at
    from {{ ref('stg_github__pull_request_commits') }}
    -- Merging the base branch into one's own is no work on the change.
    where headline is null or not {{ merges_branch('headline') }}
    group by pull_request_id
),

reviewers as (
    select account, kind from {{ ref('int_accounts_resolved') }} where system = 'github'
),

reviews as (
    select reviews.pull_request_id, min(reviews.submitted_at) as first_review_at
    from {{ ref('stg_github__reviews') }} as reviews
    inner join {{ ref('stg_github__pull_requests') }} as pulls on reviews.pull_request_id = pulls.pull_request_id
    left join reviewers on cast(reviews.author_id as varchar) = reviewers.account
    where
        reviews.author_id != coalesce(pulls.author_id, 0)
        and coalesce(reviewers.kind, 'unknown') not in ('bot', 'ai_agent')
        and (pulls.closed_at is null or reviews.submitted_at <= pulls.closed_at)
    group by reviews.pull_request_id
)

select
    pulls.pull_request_id,
    -- A commit can be younger than its pull request only where the branch was rewritten later.
    case when commits.first_commit_at is not null then least(commits.first_commit_at, pulls.created_at) end as first_commit_at,
    reviews.first_review_at
from {{ ref('stg_github__pull_requests') }} as pulls
left join commits on pulls.pull_request_id = commits.pull_request_id
left join reviews on pulls.pull_request_id = reviews.pull_request_id
