-- Who accepted a merged change: the human who merged it, else the first other human who approved it, else its human author.
with approvals as (
    select
        r.pull_request_id,
        r.reviewer_person_id,
        row_number() over (partition by r.pull_request_id order by r.submitted_at, r.review_id) as position
    from {{ ref('fct_reviews') }} as r
    inner join {{ ref('fct_pull_requests') }} as p on r.pull_request_id = p.pull_request_id
    where
        lower(r.state) = 'approved'
        and r.reviewer_kind = 'human'
        and r.reviewer_person_id is not null
        and (p.author_person_id is null or r.reviewer_person_id <> p.author_person_id)
),

candidates as (
    select
        p.pull_request_id,
        p.repository_id,
        p.number,
        coalesce(p.merged_by_kind, p.author_kind) as first_kind,
        case when p.merged_by_kind = 'human' then p.merged_by_person_id end as merger,
        a.reviewer_person_id as approver,
        case when p.author_kind = 'human' then p.author_person_id end as author
    from {{ ref('fct_pull_requests') }} as p
    left join approvals as a on p.pull_request_id = a.pull_request_id and a.position = 1
    where p.merged_at is not null
)

select
    pull_request_id,
    repository_id,
    number,
    coalesce(merger, approver, author) as accepted_by_person_id,
    case
        when coalesce(merger, approver, author) is not null then 'human'
        when first_kind in ('bot', 'ai_agent') then 'bot'
        else 'unknown'
    end as accepted_by_kind,
    case
        when merger is not null then 'merged it'
        when approver is not null then 'approved it'
        when author is not null then 'wrote it'
    end as accepted_how
from candidates
