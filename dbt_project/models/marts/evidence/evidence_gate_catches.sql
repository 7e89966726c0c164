{% set own = {
    'n_gate_runs': 'bigint', 'n_projects': 'bigint', 'n_blocks': 'bigint', 'n_abandoned': 'bigint', 'n_rebaselined': 'bigint',
    'n_merged_on_red': 'bigint', 'n_merged_not_exercised': 'bigint', 'n_scored_nothing': 'bigint', 'n_flaky_heads': 'bigint',
    'n_infra_failures': 'bigint', 'n_repeats': 'bigint', 'n_heads': 'bigint', 'flake_rate_low': 'double', 'flake_rate_high': 'double',
    'detection_lead_minutes': 'double',
} %}
with records as (
    select
        s.person_id, s.share_low, s.share_mid, s.share_high,
        a.name as artifact_name,
        t.period_start, t.period_end,
        {{ period_text('t.period_id') }} as period_name,
        g.*
    from {{ ref('int_artifact_author_shares') }} as s
    inner join {{ ref('dim_artifacts') }} as a on s.artifact_id = a.artifact_id
    inner join {{ ref('int_periods') }} as t on s.period_id = t.period_id
    inner join {{ ref('int_gate_record') }} as g on s.artifact_id = g.artifact_id and s.period_id = g.period_id
    where s.person_id is not null and s.share_high > 0
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'artifact' as subject_kind,
        artifact_id as subject_id,
        artifact_name as subject_name,
        '' as natural_key,
        case when n_high > 0 then 'value' else 'observed_zero' end as state,
        case
            when n_runs = 0
                then 'In ' || period_name || ', ' || {{ counted_noun('n_declared', 'project', 'projects') }} || ' declared the gate of ' || artifact_name || ' and it never ran'
            else
                'In ' || period_name || ', the gate of ' || artifact_name || ' ran ' || {{ counted_noun('n_runs', 'time', 'times') }} || ' in '
                || {{ counted_noun('n_projects', 'project', 'projects') }}
                || case
                    when n_high > 0
                        then ' and caught ' || {{ counted_noun('n_mid', 'change', 'changes') }} || ' before merging (' || {{ count_text('n_low') }}
                            || ' confirmed, up to ' || {{ count_text('n_high') }} || ')'
                    else ' and caught nothing'
                end
        end
        || '; ' || {{ share_range_text('share_low', 'share_high') }} || ' of it is the engineer''s work.' as headline,
        'changes caught before merging' as measure,
        'changes' as unit,
        n_low as value_low,
        n_mid as value_mid,
        n_high as value_high,
        n_runs as n,
        'caught: red verdict of the evals on one head, green on a later head of the same pull request, fixed in the change itself, merged; low with '
        || 'eval rows below and above the threshold, mid also without them, high also where green came only after a retry' as method,
        case when n_runs > 0 then 'resolved' else 'declared' end as strength,
        share_low, share_mid, share_high,
        'A caught change is one that did not merge as it was, not a proved incident; failures that the author would have seen anyway count too. '
        || 'Moved goldens or thresholds (' || {{ count_text('n_rebaselined') }} || '), fixes by the base branch, flakes and infrastructure failures ('
        || {{ count_text('n_infra_failures') }} || ') are no catches; one regression in several pull requests counts once ('
        || {{ count_text('n_repeats') }} || ' left out). '
        || case
            when n_heads = 0 then 'No head was judged, so how often it flakes is not observed.'
            else
                {{ counted_noun('n_flaky_heads', 'head', 'heads') }} || ' of ' || {{ count_text('n_heads') }} || ' were flaky ('
                || {{ percent_text('flake_rate_low', 1) }} || ' % to ' || {{ percent_text('flake_rate_high', 1) }} || ' % by Wilson''s interval).'
        end
        || ' The gate was bypassed: ' || {{ count_text('n_merged_on_red') }} || ' merged on red, '
        || {{ count_text('n_merged_not_exercised') }} || ' merged without it having run. ' || {{ counted_noun('n_scored_nothing', 'run', 'runs') }}
        || ' passed or failed without scoring a sample. Heads pushed over before the sync saw them are not known.' as limits,
        case
            when n_high > 0 then 'The red head passing when run again unchanged, or the fix touching only goldens, thresholds, the judge or the gate.'
            else 'A pull request whose gate was red on one head and green on a later one, fixed by a change of behaviour, in the period.'
        end as falsifier,
        n_runs as n_gate_runs,
        n_projects, n_blocks, n_abandoned, n_rebaselined, n_merged_on_red, n_merged_not_exercised, n_scored_nothing, n_flaky_heads, n_infra_failures,
        n_repeats, n_heads, flake_rate_low, flake_rate_high, detection_lead_minutes
    from records
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, g.priority, g.source_system, g.source_kind, g.source_record_id
    from facts as f
    inner join {{ ref('int_gate_proofs') }} as g on f.subject_id = g.artifact_id and f.period_id = g.period_id
    union all
    {{ artifact_proofs(30) }}
),

{{ evidence_rows('gate_catches', own) }}
