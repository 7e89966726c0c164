select
    reviews.review_id,
    reviews.pull_request_id,
    reviews.repository_id,
    projects.project_id,
    accounts.person_id as reviewer_person_id,
    coalesce(accounts.kind, 'unknown') as reviewer_kind,
    reviews.state,
    reviews.commit_sha,
    reviews.submitted_at,
    coalesce(reviews.submitted_at > pulls.merged_at, false) as is_after_merge,
    reviews._source_url as source_url
from {{ ref('stg_github__reviews') }} as reviews
left join {{ ref('stg_github__pull_requests') }} as pulls on reviews.pull_request_id = pulls.pull_request_id
left join {{ ref('int_repository_projects') }} as projects on reviews.repository_id = projects.repository_id
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'github' and cast(reviews.author_id as varchar) = accounts.account
