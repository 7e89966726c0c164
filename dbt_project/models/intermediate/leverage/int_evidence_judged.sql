-- Each fact in each period it can speak for: how long it held, and whether it counts there or why not.
with placed as (
    select
        l.*,
        t.period_id,
        t.grain,
        t.period_start,
        t.period_end,
        case
            when l.is_span
                then greatest(0, {{ days_between('greatest(l.day_from, t.period_start)', 'least(coalesce(l.day_to, t.observed_until), t.observed_until)') }})
            else 0
        end / cast({{ days_between('t.period_start', 't.period_end') }} as double) as coverage
    from {{ ref('int_evidence_ledger') }} as l
    inner join {{ ref('int_periods') }} as t
        on l.day_from < t.period_end and (l.is_span or l.day_to > t.period_start)
)

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
from placed as p
left join {{ ref('int_artifact_author_shares') }} as s
    on p.artifact_id = s.artifact_id and p.period_id = s.period_id and p.accepted_by_person_id = s.person_id
left join {{ ref('int_projects_qualified') }} as q on p.project_id = q.project_id and p.period_id = q.period_id
