-- Pull requests and issues that say in a line of its own what they are built on: "Built on: Acme Eval Harness". The line is the quote.
with bodies as (
    select 'github' as source_system, 'pull_requests' as source_kind, cast(pull_request_id as varchar) as source_record_id, body
    from {{ ref('stg_github__pull_requests') }}
    union all
    select 'github', 'issues', cast(issue_id as varchar), body from {{ ref('stg_github__issues') }}
    union all
    select 'jira', 'issues', issue_id, description from {{ ref('stg_jira__issues') }}
),

declared as (
    select
        source_system, source_kind, source_record_id,
        {{ extract('body', "'(?im)^[ \\t>*-]*((?:acknowledges|acknowledgements?|built[ -]on|thanks to)[ \\t]*:[^\\r\\n]+)'") }} as quote
    from bodies
)

select
    t.artifact_id, t.repository_id, t.project_id, t.natural_key, t.source_system, t.source_kind, t.source_record_id, t.accepted_by_person_id,
    t.first_seen_at, t.url, min(d.quote) as quote
from {{ ref('int_ledger_texts') }} as t
inner join declared as d
    on t.source_system = d.source_system and t.source_kind = d.source_kind and t.source_record_id = d.source_record_id
inner join {{ ref('int_artifact_identifiers') }} as s
    on
        t.artifact_id = s.artifact_id and s.identifier_kind in ('repository', 'package', 'name')
        and {{ matches('lower(d.quote)', whole_name_regex('s.identifier')) }}
where not t.is_similar
group by
    t.artifact_id, t.repository_id, t.project_id, t.natural_key, t.source_system, t.source_kind, t.source_record_id, t.accepted_by_person_id,
    t.first_seen_at, t.url
