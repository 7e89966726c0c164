{{ config(materialized='by_key') }}
-- Low and high proof of each counted fact, by its rung; too few run-days fall back to the rung of a declaration. An acknowledgement says
-- that the artifact is used, as a declaration does, and is worth what running it is; with runs or a catch beside it, what relying on it is.
with judged as (
    select j.* from {{ ref('int_evidence_judged') }} as j
    {{ only_due('j') }}
),

run_days as (
    select artifact_id, project_id, period_id, count(distinct day_from) as run_days
    from judged
    where rung = 3 and channel <> 'ack' and not_counted_reason is null
    group by artifact_id, project_id, period_id
),

declared as (
    select artifact_id, project_id, period_id, max(coverage) as coverage
    from judged
    where channel in ('dep_manifest', 'uses_decl', 'import')
    group by artifact_id, project_id, period_id
),

relied as (
    select distinct artifact_id, project_id, period_id
    from judged
    where rung = 4 and not_counted_reason is null
),

ranked as (
    select
        j.ledger_id,
        j.artifact_id,
        j.project_id,
        j.period_id,
        j.accepted_by_person_id,
        j.channel,
        r.run_days,
        case when j.channel = 'ack' or (j.rung = 3 and r.run_days < {{ policy_threshold('fewest_run_days') }}) then 2 else j.rung end as rung,
        case
            when j.channel <> 'ack' and j.rung = 3 and r.run_days < {{ policy_threshold('fewest_run_days') }} then 2
            when
                j.channel = 'ack' and returned.statement_id is null
                and (relied.artifact_id is not null or r.run_days >= {{ policy_threshold('fewest_run_days') }}) then 4
            else j.rung
        end as worth_of_rung,
        case
            when j.is_span then j.coverage
            else greatest(coalesce(d.coverage, 0.0), coalesce(r.run_days, 0) / cast({{ days_between('j.period_start', 'j.period_end') }} as double))
        end as coverage
    from judged as j
    left join run_days as r on j.artifact_id = r.artifact_id and j.project_id = r.project_id and j.period_id = r.period_id
    left join declared as d on j.artifact_id = d.artifact_id and j.project_id = d.project_id and j.period_id = d.period_id
    left join relied on j.artifact_id = relied.artifact_id and j.project_id = relied.project_id and j.period_id = relied.period_id
    left join {{ ref('int_acknowledgements_reciprocal') }} as returned on j.channel = 'ack' and j.source_record_id = returned.statement_id
    where j.not_counted_reason is null
),

policy as (
    select * from {{ ref('attribution_policy') }} where is_current
)

select
    r.*,
    p.policy_version,
    p.value_low as low,
    case
        -- A declaration is worth what it is present for, and never less than a mention.
        when r.worth_of_rung = 2 then greatest(mention.value_high, p.value_high * r.coverage)
        else p.value_high
    end as high
from ranked as r
inner join policy as p on r.worth_of_rung = p.rung
cross join (select value_high from policy where rung = 1) as mention
