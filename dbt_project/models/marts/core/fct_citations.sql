-- Every citing project of every artifact by channel: when first and last, the proof, and whether it counts or why not.
with judged as (
    select
        ledger_id,
        max(case when not_counted_reason is null then 1 else 0 end) as is_counted,
        -- The latest half-year that it can speak for says why it does not count.
        max_by(not_counted_reason, period_start) as not_counted_reason
    from {{ ref('int_evidence_judged') }}
    where grain = 'half'
    group by ledger_id
),

items as (
    select
        l.*,
        coalesce(j.is_counted, 0) as is_counted,
        coalesce(j.not_counted_reason, l.excluded_reason) as not_counted_reason,
        -- The earliest fact that counts stands for its group, else the earliest of all.
        row_number() over (
            partition by l.artifact_id, l.project_id, l.channel, l.group_key
            order by coalesce(j.is_counted, 0) desc, l.first_seen_at, l.ledger_id
        ) as position
    from {{ ref('int_evidence_ledger') }} as l
    left join judged as j on l.ledger_id = j.ledger_id
),

groups as (
    select
        artifact_id,
        project_id,
        channel,
        group_key,
        min(first_seen_at) as first_seen_at,
        max(case when is_span and day_to is null then null else coalesce(last_seen_at, first_seen_at) end) as last_seen_at,
        max(case when is_span and day_to is null then 1 else 0 end) = 1 as is_current,
        max(case when is_lost then 1 else 0 end) = 1 as is_lost,
        max(case when is_span then 1 else 0 end) = 1 as is_span,
        cast(sum(n_items) as bigint) as n_items,
        max(is_counted) = 1 as is_counted
    from items
    group by artifact_id, project_id, channel, group_key
)

select
    {{ stable_hash(['g.artifact_id', 'g.project_id', 'g.channel', 'g.group_key']) }} as citation_id,
    g.artifact_id,
    g.project_id,
    g.channel,
    i.rung,
    g.first_seen_at,
    case when not g.is_current then g.last_seen_at end as last_seen_at,
    g.is_current,
    case
        when not g.is_span then 'happened'
        when g.is_current then 'current'
        when g.is_lost then 'not_observed'
        else 'ended'
    end as standing,
    i.path,
    i.line,
    i.sha,
    i.url,
    g.n_items,
    i.accepted_by_person_id,
    i.strength,
    g.is_counted,
    case when not g.is_counted then i.not_counted_reason end as not_counted_reason
from groups as g
inner join items as i
    on
        g.artifact_id = i.artifact_id and g.project_id = i.project_id and g.channel = i.channel and g.group_key = i.group_key
        and i.position = 1
