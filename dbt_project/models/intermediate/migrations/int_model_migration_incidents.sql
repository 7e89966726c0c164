-- Incidents from the first switch of a migration until 42 days after the last: those of the repositories that switched, and those whose
-- repository is not recorded. Where a source of incidents has a gap in that time, it says why none can be told from none on record.
with migrations as (
    select
        model_migration_id,
        min(switched_at) as started_at,
        {{ instant_plus_days('max(switched_at)', 42) }} as watched_until
    from {{ ref('int_model_switches') }}
    group by model_migration_id
),

incidents as (
    select
        migrations.model_migration_id,
        incidents.incident_id,
        coalesce(lower(incidents.customer_impact) not in ('no', 'none', 'false'), true) as may_be_visible,
        coalesce(lower(incidents.customer_impact) in ('yes', 'true'), false) as is_visible,
        count(places.repository_id) > 0 as is_placed,
        count(switches.repository_id) > 0 as is_here
    from migrations
    inner join {{ ref('fct_incidents') }} as incidents
        on incidents.detected_at >= migrations.started_at and incidents.detected_at < migrations.watched_until
    left join {{ ref('int_incident_repositories') }} as places on incidents.incident_id = places.incident_id
    left join {{ ref('int_model_switches') }} as switches
        on migrations.model_migration_id = switches.model_migration_id and places.repository_id = switches.repository_id
    group by migrations.model_migration_id, incidents.incident_id, incidents.customer_impact
),

counted as (
    select
        model_migration_id,
        count(*) filter (where is_here) as n_low,
        count(*) filter (where is_here or not is_placed) as n_high,
        count(*) filter (where is_here and is_visible) as n_visible_low,
        count(*) filter (where (is_here or not is_placed) and may_be_visible) as n_visible_high
    from incidents
    group by model_migration_id
),

gaps as (
    select
        migrations.model_migration_id,
        case
            when count(coverage.source) = 0 then 'no_incident_source'
            when bool_or(coverage.is_held_back) then 'source_held_back'
            when bool_or(coverage.begins_at > migrations.started_at) then 'source_begins_later'
            when bool_or(coalesce(coverage.read_until < migrations.watched_until, true)) then 'not_read_until_the_end'
        end as gap
    from migrations
    left join {{ ref('int_incident_coverage') }} as coverage on true
    group by migrations.model_migration_id
)

select
    migrations.model_migration_id,
    migrations.started_at,
    migrations.watched_until,
    gaps.gap,
    coalesce(counted.n_low, 0) as n_low,
    coalesce(counted.n_high, 0) as n_high,
    coalesce(counted.n_visible_low, 0) as n_visible_low,
    coalesce(counted.n_visible_high, 0) as n_visible_high
from migrations
inner join gaps on migrations.model_migration_id = gaps.model_migration_id
left join counted on migrations.model_migration_id = counted.model_migration_id
