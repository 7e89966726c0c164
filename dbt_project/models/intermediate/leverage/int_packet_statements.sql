-- What packets say of artifacts, each with its author, its project and the day that it speaks for. Whoever has not given leave is left out.
with said as (
    select
        s.*,
        -- A packet speaks of its period: a day outside of it is that of the writing.
        least(
            case when s.written_on is null then {{ add_days('t.period_end', -1) }} else greatest(s.written_on, t.period_start) end,
            {{ add_days('t.period_end', -1) }},
            {{ add_days('t.observed_until', -1) }}
        ) as said_on
    from {{ ref('stg_packets__statements') }} as s
    left join {{ ref('int_periods') }} as t on s.period = t.period_id
    where s.consent is distinct from 'none'
)

select
    s.statement_id,
    s.packet_id,
    s.artifact_id,
    s.kind,
    s.quote,
    s.line,
    coalesce(s.consent, 'not_said') as consent,
    s.period as period_id,
    s.said_on,
    p.project_id,
    case when a.kind = 'human' then a.person_id end as author_person_id,
    case when a.kind in ('bot', 'ai_agent') then 'bot' when a.kind = 'human' and a.person_id is not null then 'human' else 'unknown' end as author_kind,
    s._source_url as url
from said as s
inner join {{ ref('dim_artifacts') }} as d on s.artifact_id = d.artifact_id
left join {{ ref('int_accounts_resolved') }} as a on a.system = 'packets' and s.author = a.account
left join {{ ref('int_project_spellings') }} as p on lower(s.project) = p.spelling
