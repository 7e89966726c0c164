-- What is missing is said, not left to be taken for an observed zero.
select
    {{ stable_hash(['gaps.repository_id', 'gaps.subject', 'gaps.endpoint']) }} as access_gap_id,
    gaps.repository_id,
    repositories.full_name as repository,
    gaps.subject as unread,
    gaps.endpoint,
    gaps.status,
    gaps.missing_permission,
    gaps.hint,
    gaps.observed_at
from {{ ref('stg_github__access_gaps') }} as gaps
left join {{ ref('stg_github__repositories') }} as repositories on gaps.repository_id = repositories.repository_id
