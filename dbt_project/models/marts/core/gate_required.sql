-- Spans in which a check was required: statements of one source of rules follow one another, and what neighbours agree on is one span.
with spans as (
    select
        *,
        lead(stated_at) over (partition by repository_id, branch, source order by stated_at, is_exact) as next_at
    from {{ ref('int_gate_rule_statements') }}
),

required as (
    select spans.*, checks.kind, checks.gate, checks.app_id
    from spans
    inner join {{ ref('int_gate_rule_checks') }} as checks
        on
            spans.repository_id = checks.repository_id
            and spans.branch = checks.branch
            and spans.source = checks.source
            and spans.stated_at = checks.stated_at
    where checks.gate is not null
),

marked as (
    select
        *,
        case
            when lag(next_at) over (partition by repository_id, branch, source, kind, gate, app_id order by stated_at) = stated_at then 0
            else 1
        end as is_start
    from required
),

numbered as (
    select *, sum(is_start) over (partition by repository_id, branch, source, kind, gate, app_id order by stated_at) as span from marked
)

select
    {{ stable_hash(["'gate_required'", 'numbered.repository_id', 'numbered.branch', 'numbered.source', 'numbered.kind', 'numbered.gate', "coalesce(numbered.app_id, 0)", 'numbered.span']) }} as gate_required_id,
    numbered.repository_id,
    projects.project_id,
    numbered.branch,
    numbered.kind,
    numbered.gate,
    numbered.app_id,
    case when numbered.source = 'classic' then 'classic' else 'ruleset' end as how,
    try_cast({{ extract('numbered.source', "'^ruleset:([0-9]+)$'") }} as bigint) as ruleset_id,
    min(numbered.stated_at) as valid_from,
    case when bool_or(numbered.next_at is null) then null else max(numbered.next_at) end as valid_to,
    case when {{ earliest('numbered.is_exact', 'numbered.stated_at') }} then 'version' else 'first_seen' end as valid_from_how,
    min(numbered._source_url) as source_url
from numbered
left join {{ ref('int_repository_projects') }} as projects on numbered.repository_id = projects.repository_id
group by
    numbered.repository_id, projects.project_id, numbered.branch, numbered.source, numbered.kind, numbered.gate, numbered.app_id,
    numbered.span
