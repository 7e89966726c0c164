-- What followed people's reviews of other people's pull requests, up to the end of these. Approving asks for nothing.
{% set asks = "(reviews.state = 'CHANGES_REQUESTED' or comments.review_id is not null)" %}
with reviews as (
    select
        reviews.review_id, reviews.pull_request_id, reviews.reviewer_person_id, reviews.state, reviews.submitted_at, reviews.commit_sha,
        pulls.closed_at, pulls.merged_at
    from {{ ref('fct_reviews') }} as reviews
    inner join {{ ref('fct_pull_requests') }} as pulls on reviews.pull_request_id = pulls.pull_request_id
    left join {{ ref('int_pull_request_authors') }} as authors
        on reviews.pull_request_id = authors.pull_request_id and reviews.reviewer_person_id = authors.person_id
    where
        reviews.reviewer_kind = 'human' and authors.pull_request_id is null
        and (pulls.closed_at is null or reviews.submitted_at < pulls.closed_at)
),

comments as (
    select distinct review_id from {{ ref('stg_github__review_comments') }}
),

-- Merging the base branch into one's own changes nothing of what was reviewed.
commits as (
    select * from {{ ref('stg_github__pull_request_commits') }}
    where headline is null or not {{ merges_branch('headline') }}
),

followed as (
    select
        reviews.review_id,
        -- The head that was reviewed is still there, and another commit was put on it.
        bool_or(commits.position > heads.position) as is_on_top,
        count(*) > 0 as is_later
    from reviews
    inner join commits
        on
            reviews.pull_request_id = commits.pull_request_id
            and commits.committed_at > reviews.submitted_at
            and (reviews.closed_at is null or commits.committed_at <= reviews.closed_at)
    left join {{ ref('stg_github__pull_request_commits') }} as heads
        on reviews.pull_request_id = heads.pull_request_id and reviews.commit_sha = heads.sha
    group by reviews.review_id
)

select
    reviews.review_id,
    reviews.pull_request_id,
    reviews.reviewer_person_id,
    reviews.submitted_at,
    surfaces.pull_request_id is not null as is_about_evals,
    case
        when {{ asks }} and followed.is_on_top then 'changed'
        when followed.is_later and ({{ asks }} or reviews.state in ('COMMENTED', 'DISMISSED')) then 'changed_perhaps'
        when {{ asks }} and reviews.closed_at is not null and reviews.merged_at is null then 'closed_unmerged'
        else 'nothing_seen'
    end as outcome
from reviews
left join comments on reviews.review_id = comments.review_id
left join followed on reviews.review_id = followed.review_id
left join {{ ref('int_pull_request_ai_surfaces') }} as surfaces on reviews.pull_request_id = surfaces.pull_request_id
