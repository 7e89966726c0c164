-- What the use of an artifact in a period stands on: every counted declaration, text and catch, and of each project's runs as many
-- first days as the rung asks for, and the latest one. The other runs stand in the ledger.
with counted as (
    select
        b.ledger_id,
        b.artifact_id,
        b.project_id,
        b.period_id,
        l.rung,
        l.channel,
        l.day_from,
        l.source_system,
        l.source_kind,
        l.source_record_id,
        row_number() over (
            partition by b.artifact_id, b.project_id, b.period_id, l.channel, l.day_from
            order by l.first_seen_at, l.ledger_id
        ) as position
    from {{ ref('int_leverage_bounded') }} as b
    inner join {{ ref('int_evidence_judged') }} as l on b.ledger_id = l.ledger_id and b.period_id = l.period_id
),

daily as (
    select
        *,
        row_number() over (partition by artifact_id, project_id, period_id, channel order by day_from) as nth_day,
        row_number() over (partition by artifact_id, project_id, period_id, channel order by day_from desc) as nth_last_day
    from counted
    where channel in ('run_reusable', 'eval_run') and position = 1
)

select artifact_id, project_id, period_id, 5 - rung as priority, source_system, source_kind, source_record_id
from counted
where channel not in ('run_reusable', 'eval_run')
union all
select artifact_id, project_id, period_id, 5 - rung, source_system, source_kind, source_record_id
from daily
where nth_day <= {{ policy_threshold('fewest_run_days') }} or nth_last_day = 1
union all
-- What a project inherits stands on every declaration of the way to it; the use at its start is among the rows above.
select i.artifact_id, i.project_id, i.period_id, 4, 'git', d.source_kind, d.source_record_id
from {{ ref('int_leverage_indirect') }} as i
{{ each('i.dependency_ids', 'n', 'dependency_id') }}
inner join {{ ref('int_project_dependencies') }} as d on n.dependency_id = d.dependency_id
