{{ config(materialized='by_key') }}
-- Whether each fact counts in each period it can speak for, or why not.
select
    p.*,
    case
        when p.excluded_reason is not null then p.excluded_reason
        when p.is_span and p.day_to <= p.period_start then case when p.is_lost then 'not_observed_since' else 'removed_before_period' end
        when p.accepted_by_kind = 'bot' then 'bot_accepted'
        when p.accepted_by_person_id is null then 'unknown_acceptor'
        when coalesce(s.share_high, 0) >= {{ policy_threshold('insider_share') }} then 'insider_accepted'
        when coalesce(q.n_contributors, 0) < {{ policy_threshold('fewest_contributors') }} then 'single_contributor'
        when coalesce(q.n_merged, 0) < {{ policy_threshold('fewest_merged_changes') }} then 'few_changes'
    end as not_counted_reason
from {{ ref('int_evidence_placed') }} as p
{{ only_due('p') }}
left join {{ ref('int_artifact_author_shares') }} as s
    on p.artifact_id = s.artifact_id and p.period_id = s.period_id and p.accepted_by_person_id = s.person_id
left join {{ ref('int_projects_qualified') }} as q on p.project_id = q.project_id and p.period_id = q.period_id
