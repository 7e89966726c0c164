{% set own = {
    'model_migration_id': 'varchar', 'from_model': 'varchar', 'to_model': 'varchar', 'started_at': 'timestamp with time zone',
    'ended_at': 'timestamp with time zone', 'leader_basis': 'varchar', 'n_repositories': 'bigint', 'n_taken_back': 'bigint',
    'comparison': 'varchar', 'not_comparable_reason': 'varchar', 'n_suites_compared': 'bigint', 'n_switches_compared': 'bigint',
    'n_slices': 'bigint', 'n_slices_regressed': 'bigint', 'n_slices_recovered': 'bigint', 'n_slices_open': 'bigint',
    'n_golden_sets': 'bigint', 'n_golden_sets_seen': 'bigint', 'n_examples_before': 'bigint', 'n_examples_since': 'bigint',
    'n_examples_added': 'bigint',
    'watched_until': 'timestamp with time zone', 'incident_state': 'varchar', 'incident_gap': 'varchar', 'n_incidents_low': 'bigint',
    'n_incidents_high': 'bigint', 'n_visible_incidents_low': 'bigint', 'n_visible_incidents_high': 'bigint',
} %}
with migrations as (
    select
        m.*,
        p.person_id,
        p.basis as leader_basis,
        p.share_low,
        p.share_mid,
        p.share_high,
        t.period_id,
        t.period_start,
        t.period_end,
        case m.comparison
            when 'no_runs' then 'no suite ran with both models, so nothing is said of what became worse'
            when 'not_comparable' then 'the runs of both models are not comparable (' || replace(m.not_comparable_reason, '_', ' ') || '), so nothing is said of what became worse'
            else {{ counted_noun('m.n_suites_compared', 'suite', 'suites') }} || ' ran with both models on the same cases, for '
                || {{ count_text('m.n_switches_compared') }} || ' of the ' || {{ counted_noun('m.n_switches', 'setting', 'settings') }}
                || case
                    when m.n_slices = 0 then '; no slice of them could be judged'
                    when m.n_slices_regressed = 0
                        then ': none of ' || {{ counted_noun('m.n_slices', 'slice', 'slices') }} || ' fell beyond the noise'
                    else ': of ' || {{ counted_noun('m.n_slices', 'slice', 'slices') }} || ' ' || {{ count_text('m.n_slices_regressed') }}
                        || ' fell beyond the noise, ' || {{ count_text('m.n_slices_recovered') }} || ' came back, '
                        || {{ count_text('m.n_slices_open') }} || ' stayed down'
                end
        end as compared_text,
        case
            when m.n_golden_sets = 0 then 'no whole run shows a golden set of these repositories'
            when m.n_golden_sets_seen = 0 then 'what was added to their golden sets is not observed (none was run both before and since)'
            else {{ count_text('m.n_examples_added') }} || ' examples were added to ' || {{ counted_noun('m.n_golden_sets_seen', 'golden set', 'golden sets') }}
                || ' of these repositories, which held ' || {{ count_text('m.n_examples_before') }} || ' before and ' || {{ count_text('m.n_examples_since') }} || ' since'
                || case
                    when m.n_golden_sets > m.n_golden_sets_seen
                        then ' (of ' || {{ count_text('m.n_golden_sets - m.n_golden_sets_seen') }} || ' more nothing is known: not run both before and since)'
                    else ''
                end
        end as examples_text,
        'until ' || cast({{ utc_date('m.watched_until') }} as varchar) || ' '
        || case
            when m.incident_state = 'not_observed'
                then 'incidents are not observed ('
                    || case m.incident_gap
                        when 'no_incident_source' then 'no source of incidents is connected'
                        when 'source_held_back' then 'a source of incidents is held back'
                        when 'source_begins_later' then 'a source of incidents begins later'
                        else 'the sources of incidents were not read so far'
                    end || ')'
            when m.incident_state = 'observed_zero' then 'no incident is on record'
            when m.incident_gap is not null
                then 'at least ' || {{ counted_noun('m.n_incidents_low', 'incident', 'incidents') }} || ' in these repositories; the record has gaps'
            else {{ count_text('m.n_incidents_low') }} || ' incidents in these repositories, up to ' || {{ count_text('m.n_incidents_high') }}
                || ' with those whose repository is not recorded; visible to customers: '
                || case
                    when m.n_visible_incidents_high = 0 then 'none'
                    else {{ count_text('m.n_visible_incidents_low') }} || ' to ' || {{ count_text('m.n_visible_incidents_high') }}
                end
        end as incident_text
    from {{ ref('fct_model_migrations') }} as m
    inner join {{ ref('int_model_migration_people') }} as p on m.model_migration_id = p.model_migration_id
    inner join {{ ref('dim_people') }} as h on p.person_id = h.person_id and h.kind = 'human'
    inner join {{ ref('int_periods') }} as t on {{ utc_date('m.ended_at') }} >= t.period_start and {{ utc_date('m.ended_at') }} < t.period_end
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'model_migration' as subject_kind,
        model_migration_id as subject_id,
        from_model || ' to ' || to_model as subject_name,
        model_migration_id as natural_key,
        'value' as state,
        'From ' || cast({{ utc_date('started_at') }} as varchar) || ' to ' || cast({{ utc_date('ended_at') }} as varchar) || ' '
        || {{ counted_noun('n_switches', 'setting', 'settings') }} || ' in ' || {{ counted_noun('n_repositories', 'repository', 'repositories') }}
        || ' went from ' || from_model || ' to ' || to_model
        || case when n_taken_back > 0 then ', of which ' || {{ count_text('n_taken_back') }} || ' went back within 42 days' else '' end
        || '; ' || {{ share_range_text('share_low', 'share_high') }} || ' of it is the engineer''s work ('
        || case leader_basis
            when 'switched' then 'switches'
            when 'compared' then 'runs with both models'
            else 'switches and runs with both models'
        end
        || '); ' || compared_text || '; ' || examples_text || '; ' || incident_text || '.' as headline,
        'settings that went to another model' as measure,
        'settings' as unit,
        n_switches - n_taken_back as value_low,
        n_switches - n_taken_back / 2.0 as value_mid,
        n_switches as value_high,
        n_switches as n,
        'settings of the same two models, no more than 60 days apart: low = without those that went back within 42 days, high = all, mid = half of those; '
        || 'share between the part of the switches made and the part of switches and of suites run with both models; a slice is down when more of '
        || 'the cases that both runs scored became worse than better by the exact sign test (p < 0.05) or, where cases are not shown or too few, when '
        || 'Newcombe''s 95 % interval of the difference lies below zero' as method,
        case when leader_basis = 'compared' then 'derived' else 'resolved' end as strength,
        share_low, share_mid, share_high,
        'A model that a provider changes behind one name, or that is chosen in code, does not show. Plans, reviews and talks with the provider earn no share. '
        || 'Slices are held against noise one by one, not corrected for their number; what no suite covers can have become worse. '
        || 'Examples are counted by the size of a set, so one that replaced another does not show, and need not have been added because of the migration. '
        || 'An incident in the time need not come from the migration, and one without a recorded repository may belong elsewhere.' as limits,
        'A switch that went back, a slice that fell on the same cases, an incident of these repositories in the time, or switches by somebody else.' as falsifier,
        model_migration_id, from_model, to_model, started_at, ended_at, leader_basis, n_repositories, n_taken_back, comparison,
        not_comparable_reason, n_suites_compared, n_switches_compared, n_slices, n_slices_regressed, n_slices_recovered, n_slices_open,
        n_golden_sets, n_golden_sets_seen, n_examples_before, n_examples_since, n_examples_added, watched_until, incident_state, incident_gap, n_incidents_low, n_incidents_high, n_visible_incidents_low, n_visible_incidents_high
    from migrations
),

records as (
    select model_migration_id, 1 as priority, 'git' as source_system, 'model_settings' as source_kind, record_id as source_record_id
    from {{ ref('int_model_switches') }}
    union all
    select model_migration_id, 1, 'git', 'model_settings', record_id
    from {{ ref('int_model_switches_taken_back') }}
    union all
    select model_migration_id, 2, 'github', 'pull_requests', cast(pull_request_id as varchar)
    from {{ ref('int_model_switches') }}
    union all
    select model_migration_id, 3, 'evals', 'runs', eval_run_id
    from {{ ref('int_model_switch_runs') }}
    union all
    select model_migration_id, 3, 'evals', 'runs', run_before_id
    from {{ ref('int_model_switch_runs') }}
    {% for version in ['version_before', 'version_since'] %}
    union all
    select model_migration_id, 4, 'evals', 'dataset_versions', {{ version }}
    from {{ ref('int_model_migration_examples') }}
    {% endfor %}
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, r.priority, r.source_system, r.source_kind, r.source_record_id
    from facts as f
    inner join records as r on f.model_migration_id = r.model_migration_id
),

{{ evidence_rows('model_migration', own) }}
