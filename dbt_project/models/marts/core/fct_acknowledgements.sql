-- Who says of an artifact that they built on it: in a packet of their own, or in a line of a pull request or issue.
with judged as (
    select
        source_system, source_kind, source_record_id, artifact_id,
        max(project_id) as project_id,
        max(case when not_counted_reason is null then 1 else 0 end) = 1 as is_counted,
        max_by(not_counted_reason, period_start) as not_counted_reason
    from {{ ref('int_evidence_judged') }}
    where grain = 'half' and channel in ('ack', 'xref')
    group by source_system, source_kind, source_record_id, artifact_id
),

said as (
    select
        s.statement_id as natural_key, s.artifact_id, 'packet' as said_in, s.said_on, s.author_person_id, s.quote, s.consent, s.line, s.url,
        'packets' as source_system, 'statements' as source_kind, s.statement_id as source_record_id,
        r.statement_id is not null as is_reciprocal
    from {{ ref('int_packet_statements') }} as s
    left join {{ ref('int_acknowledgements_reciprocal') }} as r on s.statement_id = r.statement_id
    where s.kind = 'acknowledgement'
    union all
    select
        natural_key, artifact_id,
        case source_kind when 'pull_requests' then 'pull_request' else case source_system when 'jira' then 'jira_issue' else 'issue' end end,
        {{ utc_date('first_seen_at') }}, accepted_by_person_id, quote, 'open_record', null, url, source_system, source_kind, source_record_id, false
    from {{ ref('int_text_acknowledgements') }}
)

select
    {{ stable_hash(['s.artifact_id', 's.said_in', 's.natural_key']) }} as acknowledgement_id,
    s.artifact_id,
    j.project_id,
    s.said_in,
    s.said_on,
    s.author_person_id,
    s.quote,
    s.consent,
    s.is_reciprocal,
    coalesce(j.is_counted, false) as is_counted,
    case when not coalesce(j.is_counted, false) then coalesce(j.not_counted_reason, 'outside_loaded_periods') end as not_counted_reason,
    s.line,
    s.url,
    s.source_system,
    s.source_kind,
    s.source_record_id
from said as s
left join judged as j
    on
        s.source_system = j.source_system and s.source_kind = j.source_kind and s.source_record_id = j.source_record_id
        and s.artifact_id = j.artifact_id
