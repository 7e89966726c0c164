-- What the use of an artifact in a period stands on: every counted fact, and of the runs the first one of each project and day.
with counted as (
    select
        b.ledger_id,
        b.artifact_id,
        b.project_id,
        b.period_id,
        l.rung,
        l.channel,
        l.source_system,
        l.source_kind,
        l.source_record_id,
        row_number() over (
            partition by b.artifact_id, b.project_id, b.period_id, l.channel, l.day_from
            order by l.first_seen_at, l.ledger_id
        ) as position
    from {{ ref('int_leverage_bounded') }} as b
    inner join {{ ref('int_evidence_ledger') }} as l on b.ledger_id = l.ledger_id
)

select artifact_id, project_id, period_id, 5 - rung as priority, source_system, source_kind, source_record_id
from counted
where channel not in ('run_reusable', 'eval_run') or position = 1
