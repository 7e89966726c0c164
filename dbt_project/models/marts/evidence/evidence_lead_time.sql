{% set own = {
    'project_id': 'varchar', 'adopted_on': 'date', 'n_weeks_before': 'bigint', 'n_weeks_after': 'bigint', 'n_placebos': 'bigint',
    'placebo_p': 'double', 'not_observed_reason': 'varchar',
} %}
with records as (
    select
        s.person_id, s.share_low, s.share_mid, s.share_high,
        a.name as artifact_name,
        p.name as project_name,
        t.period_id, t.period_start, t.period_end,
        {{ period_text('t.period_id') }} as period_name,
        e.*
    from {{ ref('fct_gate_lead_time_effects') }} as e
    inner join {{ ref('int_periods') }} as t on e.adopted_on >= t.period_start and e.adopted_on < t.period_end
    inner join {{ ref('int_artifact_author_shares') }} as s on e.artifact_id = s.artifact_id and t.period_id = s.period_id
    inner join {{ ref('dim_artifacts') }} as a on e.artifact_id = a.artifact_id
    inner join {{ ref('dim_projects') }} as p on e.project_id = p.project_id
    where s.person_id is not null and s.share_high > 0
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'artifact' as subject_kind,
        artifact_id as subject_id,
        artifact_name as subject_name,
        project_id as natural_key,
        state,
        case
            when state = 'value'
                then
                    'In ' || period_name || ', when ' || project_name || ' took up the gate of ' || artifact_name || ' (first run '
                    || cast(adopted_on as varchar) || '), its weekly median time from first commit to merge became '
                    || {{ number_text('abs(hours_mid)', 1) }} || ' hours ' || case when hours_mid < 0 then 'shorter' else 'longer' end || ' ('
                    || {{ number_text('least(abs(hours_low), abs(hours_high))', 1) }} || ' to '
                    || {{ number_text('greatest(abs(hours_low), abs(hours_high))', 1) }} || '), beside the trend of '
                    || {{ counted_noun('n_weeks_before', 'week', 'weeks') }} || ' before and ' || {{ count_text('n_weeks_after') }} || ' after'
            else
                'In ' || period_name || ', ' || project_name || ' took up the gate of ' || artifact_name || ' (first run '
                || cast(adopted_on as varchar) || '); what its lead times did then is not observed, as '
                || case not_observed_reason
                    when 'too_few_weeks_before'
                        then 'only ' || {{ counted_noun('n_weeks_before', 'whole week', 'whole weeks') }} || ' with a merge came before it (8 are needed)'
                    when 'too_few_weeks_after'
                        then 'only ' || {{ counted_noun('n_weeks_after', 'whole week', 'whole weeks') }} || ' with a merge came after it (2 are needed)'
                    when 'single_contributor' then 'the figure would be one person''s'
                    when 'not_distinguishable' then 'the shift is not told apart from the variation before it'
                    else 'the statistics were not computed'
                end
        end
        || '; ' || {{ share_range_text('share_low', 'share_high') }} || ' of the artifact is the engineer''s work.'
        || case
            when state = 'value' then ''
            else
                ' To supply it: '
                || case not_observed_reason
                    when 'too_few_weeks_before' then 'set since under [sources.github] to an earlier day, where earlier merges exist.'
                    when 'too_few_weeks_after' then 'wait until two whole weeks with a merge have passed.'
                    when 'single_contributor' then 'nothing can; a project of one contributor is not measured.'
                    when 'not_distinguishable' then 'only more weeks could tell it.'
                    else 'run fulcrum build.'
                end
        end as headline,
        case when state = 'value' then 'shift of the weekly median time from first commit to merge' end as measure,
        case when state = 'value' then 'hours' end as unit,
        hours_low as value_low,
        hours_mid as value_mid,
        hours_high as value_high,
        case when state = 'value' then n_weeks_before + n_weeks_after end as n,
        case
            when state = 'value'
                then
                    'interrupted time series: ' || method || '; ' || {{ percent_text('ci_level') }} || ' % interval; p of '
                    || {{ count_text('n_placebos') }} || ' placebo breaks ' || {{ number_text('placebo_p', 3) }}
                    || '; with a week less at either end ' || {{ number_text('hours_trimmed_low', 1) }} || ' to '
                    || {{ number_text('hours_trimmed_high', 1) }} || ' hours'
        end as method,
        case when state = 'value' then 'derived' end as strength,
        share_low, share_mid, share_high,
        'There is no control: whatever else changed in the same weeks (people, size of changes, season, other tools) is in the figure, and a shorter '
        || 'lead time is no proof of better work. Nights and weekends count; the clock of the first commit is the author''s. Pull requests of bots, of '
        || 'documents and locks alone and bare version bumps are left out, the week of the adoption is of neither side.' as limits,
        case
            when state = 'value' then 'A break at a week before the adoption that looks as large, or an interval that reaches zero.'
            else 'Eight whole weeks with a merge before the adoption and two after, and a shift beyond that of every break tried before it.'
        end as falsifier,
        project_id, adopted_on, n_weeks_before, n_weeks_after, n_placebos, placebo_p, not_observed_reason
    from records
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 1 as priority, 'github' as source_system, 'workflow_runs' as source_kind,
        a.first_run_record_id as source_record_id
    from facts as f
    inner join {{ ref('int_gate_adoptions') }} as a on f.subject_id = a.artifact_id and f.project_id = a.project_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, 'github', 'pull_requests', cast(l.pull_request_id as varchar)
    from facts as f
    inner join {{ ref('int_lead_time_pull_requests') }} as l on f.subject_id = l.artifact_id and f.project_id = l.project_id
    union all
    {{ artifact_proofs(30) }}
),

{{ evidence_rows('lead_time', own) }}
