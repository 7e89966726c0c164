{% set own = {
    'ownership_basis': 'varchar', 'is_owner': 'boolean', 'harness_kind': 'varchar', 'examples_start': 'bigint', 'examples_end': 'bigint',
    'slices_start': 'bigint', 'slices_end': 'bigint', 'failure_modes_start': 'bigint', 'failure_modes_end': 'bigint', 'grown_slice': 'varchar',
    'grown_slice_start': 'bigint', 'grown_slice_end': 'bigint', 'n_modes_caught': 'bigint', 'n_runs': 'bigint', 'n_runs_by_others': 'bigint',
    'n_other_people': 'bigint', 'unscored_share': 'double',
} %}
with records as (
    select *, {{ share_range_text('share_low', 'share_high') }} as share_text
    from {{ ref('int_eval_suite_record') }}
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'eval_suite' as subject_kind,
        suite_id as subject_id,
        task_name as subject_name,
        '' as natural_key,
        case when n_runs > 0 then 'value' else 'observed_zero' end as state,
        'By the end of ' || period_name || ', ' || share_text || case basis when 'changes' then ' of the changes to eval suite ' else ' of the runs of eval suite ' end
        || task_name || ' are the engineer''s'
        || case
            when examples_start is not null and examples_end is not null and examples_start <> examples_end
                then '; it went from ' || {{ count_text('examples_start') }} || ' to ' || {{ counted_noun('examples_end', 'example', 'examples') }}
            when examples_end is not null then '; it holds ' || {{ counted_noun('examples_end', 'example', 'examples') }}
            else ''
        end
        || case when slices_end > 0 then ' in ' || {{ counted_noun('slices_end', 'slice', 'slices') }} else '' end
        || case when failure_modes_end > 0 then ' and ' || {{ counted_noun('failure_modes_end', 'failure mode', 'failure modes') }} else '' end
        || case
            when grown_slice is not null and examples_start is not null
                then ' (slice ' || grown_slice || ' from ' || {{ count_text('grown_slice_start') }} || ' to ' || {{ count_text('grown_slice_end') }} || ')'
            else ''
        end
        || case
            when n_runs = 0 then '; nobody ran it in the period'
            else '; it ran ' || {{ counted_noun('n_runs', 'time', 'times') }}
                || case
                    when n_others = 0 then ', never by anybody who does not own it'
                    when n_others = 1 then ', ' || {{ count_text('n_runs_by_others') }} || ' of them by 1 person who does not own it'
                    else ', ' || {{ count_text('n_runs_by_others') }} || ' of them by ' || {{ count_text('n_others') }} || ' people who do not own it'
                end
        end
        || case when unscored_share is not null then '; ' || {{ percent_text('unscored_share', 1) }} || ' % of its samples stayed unscored' else '' end
        || case when n_modes_caught > 0 then '; ' || {{ counted_noun('n_modes_caught', 'failure mode', 'failure modes') }} || ' caught a change in CI' else '' end
        || '.' as headline,
        case when n_runs > 0 and examples_end is not null then 'examples at the end of the period' else 'runs in the period' end as measure,
        case when n_runs > 0 and examples_end is not null then 'examples' else 'runs' end as unit,
        case when n_runs > 0 then coalesce(examples_end, n_runs) else 0 end as value_mid,
        n_runs as n,
        case basis
            when 'changes' then 'ownership by landed changes to the suite''s files, once per change and once by added lines (at most 400 a change)'
            else 'ownership by runs, once per run and once per day, as no change of a file in an eval folder is known'
        end
        || '; examples and slices from the newest dataset version that an unlimited run had used' as method,
        case basis when 'changes' then 'resolved' else 'derived' end as strength,
        share_low, share_mid, share_high,
        'A share of changes is not responsibility: CODEOWNERS and agreements are not read. The files of a suite are those in eval folders of the '
        || 'repositories that run it. Whether the examples resemble production traffic is not measured. ' || {{ counted_noun('n_broken', 'run', 'runs') }}
        || ' ended in an error or were cancelled; ' || {{ count_text('n_runs_by_nobody') }} || ' carry no known person'
        || case when examples_end is null then '; the size of its dataset is not on record' else '' end || '.' as limits,
        case
            when n_runs > 0 then 'The suite''s history naming other authors; or its dataset version holding another number of examples.'
            else 'A run of the suite by anybody in the period.'
        end as falsifier,
        basis as ownership_basis,
        share_high >= {{ policy_threshold('owner_share') }} as is_owner,
        harness_kind, examples_start, examples_end, slices_start, slices_end, failure_modes_start, failure_modes_end,
        grown_slice, grown_slice_start, grown_slice_end, n_modes_caught, n_runs, n_runs_by_others,
        n_others as n_other_people,
        unscored_share
    from records
),

bounded as (
    select *, value_mid as value_low, value_mid as value_high
    from facts
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, p.priority, p.source_system, p.source_kind, p.source_record_id
    from facts as f
    inner join {{ ref('int_eval_suite_proofs') }} as p
        on f.subject_id = p.suite_id and f.period_id = p.period_id and (p.person_id is null or p.person_id = f.person_id)
),

{{ evidence_rows('eval_ownership', own, facts='bounded') }}
