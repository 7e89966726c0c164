-- What people have decided about accounts and still stands: whose an account is, that it counts for nobody, whose it is not.
select
    decisions.system,
    decisions.account,
    decisions.decision,
    people.person_id,
    decisions.counts_for_id as named_id,
    coalesce(people.kind, 'unknown') as kind,
    case decisions.decision when 'exclude' then 'excluded' else 'decision_' || decisions.decision end as rule,
    1.0 as confidence,
    decisions.decided_by || ' on ' || cast({{ utc_date('decisions.decided_at') }} as varchar) || ': ' || decisions.reason
    || case when decisions.decision = 'link' and people.person_id is null then ' (' || decisions.person_id || ' is not in people.csv)' else '' end
        as evidence,
    -- People's decisions go before every rule.
    -1 as priority
from {{ ref('stg_people__decisions') }} as decisions
left join {{ ref('int_directory_people') }} as people on decisions.counts_for_id = people.person_id
where decisions.is_standing and decisions.account is not null and decisions.decision in ('link', 'exclude', 'unlink')
