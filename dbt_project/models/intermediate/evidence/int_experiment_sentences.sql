-- The words of each experiment's row, from its columns only.
with records as (
    select
        *,
        case when metric_kind = 'proportion' then {{ percent_text('level_baseline', 1) }} || ' %' else {{ plain_number_text('level_baseline') }} end as baseline_text,
        case when metric_kind = 'proportion' then {{ percent_text('level_variant', 1) }} || ' %' else {{ plain_number_text('level_variant') }} end as variant_text,
        case when metric_kind = 'proportion' then {{ signed_text('effect', 2) }} || ' pp' else {{ signed_plain_text('effect') }} end as effect_text,
        case when metric_kind = 'proportion' then {{ signed_text('effect_low', 2) }} else {{ signed_plain_text('effect_low') }} end
        || ' to '
        || case when metric_kind = 'proportion' then {{ signed_text('effect_high', 2) }} else {{ signed_plain_text('effect_high') }} end as interval_text,
        case when metric_kind = 'proportion' then {{ signed_text('hold_effect', 2) }} || ' pp' else {{ signed_plain_text('hold_effect') }} end as hold_text,
        case when secondary_kind = 'proportion' then {{ signed_text('secondary_effect', 2) }} || ' pp' else {{ signed_plain_text('secondary_effect') }} end
            as secondary_text,
        {{ p_text('p_two_sided') }} as p_text,
        case when metric_kind = 'proportion' then ' pp' else '' end as unit_text
    from {{ ref('int_experiment_record') }}
),

parts as (
    select
        *,
        case when split_text is not null then ' split ' || split_text else '' end || case when duration_text is not null then ' for ' || duration_text else '' end
            as design_text,
        metric_name || ' went from ' || baseline_text || ' to ' || variant_text as levels_text
    from records
)

select
    *,
    case basis
        when 'randomised' then
            name || ' ran' || design_text || ': ' || coalesce(levels_text, metric_name) || ' (' || effect_text || ', '
            || {{ number_text('100 * ci_level') }} || ' % interval ' || interval_text || '), N = ' || {{ count_text('n_units') }}
            || coalesce(', ' || p_text, '')
            || case when effect_low <= 0 and effect_high >= 0 then ', not distinguishable from no effect' else '' end
            || coalesce('; ' || secondary_name || ' ' || secondary_text || ' in the same window', '')
            || case
                when hold_phase is not null
                    then '; then held' || coalesce(' at ' || hold_split_text, '') || coalesce(' for ' || hold_duration_text, '')
                        || coalesce(' with ' || metric_name || ' ' || hold_text, '')
                else ''
            end
        when 'vendor_only' then
            name || ' ran' || design_text || ': ' || metric_name || ' changed by ' || {{ signed_text('100 * vendor_effect_relative', 1) }}
            || ' % as its store reports; the counts to recompute that are not on record'
        when 'no_holdout' then
            name || ' shipped without a holdout, ' || case when n_concurrent = 0 then 'alone' else 'with ' || {{ counted_noun('n_concurrent', 'other change', 'other changes') }} end
            || case when n_dismissed > 0 then ' (' || {{ counted_noun('n_dismissed', 'more', 'more') }} || ' set aside by hand)' else '' end
            || ' in its weeks: of the ' || effect_text || ' by which ' || metric_name || ' moved, between '
            || case when metric_kind = 'proportion' then {{ signed_text('value_low', 2) }} else {{ signed_plain_text('value_low') }} end || ' and '
            || case when metric_kind = 'proportion' then {{ signed_text('value_high', 2) }} else {{ signed_plain_text('value_high') }} end || unit_text
            || ' is credited to it'
        when 'lost_in_noise' then
            name || ' shipped without a holdout, and ' || metric_name || ' did not move distinguishably from its prior variation'
        when 'srm_failed' then
            name || ' ran' || design_text || ', but its groups are not the planned split (sample-ratio p = ' || {{ plain_number_text('srm_p') }}
            || '): no effect on ' || metric_name || ' is shown'
        when 'unit_failed' then
            name || ' ran' || design_text || ', assigned by ' || randomization_unit || ' and counted by ' || unit_name || ': no effect on ' || metric_name
            || ' is shown, as its interval would be too narrow'
        else
            name || case when n_concurrent is not null then ' shipped to everybody without a holdout' else ' ran' || design_text end
            || case
                when series_reason in ('too_few_days_before', 'too_few_days_after')
                    then ', with ' || n_days_before || ' days before and ' || n_days_after || ' after it on record'
                else ''
            end
            || ' and no result of a primary metric is on record: there is no estimate of its effect'
    end
    || case when decision is not null then '; decision: ' || decision else '' end as sentence,
    trim(
        case basis
            when 'randomised' then 'The interval covers chance, not a wrong metric or a wrong analysis. '
            when 'no_holdout'
                then 'No holdout: a bounded credit by policy, not an effect; '
                    || case
                        when n_placebos is null then 'no placebo weeks were tested and slow trends are not removed. '
                        else 'trend and weekdays are removed, and of ' || n_placebos || ' breaks that never were few look as large (p = '
                            || {{ number_text('placebo_p', 3) }} || '). '
                    end
            when 'lost_in_noise' then 'No holdout, and a change that chance or earlier weeks explain as well: no number is given. '
            when 'srm_failed' then 'A failed sample ratio means that units were lost or counted twice in one group, so any difference may be that. '
            when 'unit_failed' then 'Units of one kind were assigned and another kind was counted; what is alike within one makes chance look small. '
            when 'vendor_only' then 'The store''s own figure, not recomputed. '
            else 'Nothing was measured that can be shown here. '
        end
        || case
            when basis = 'randomised' and not is_unit_sound
                then 'Analysed by ' || unit_name || ', randomised by ' || coalesce(randomization_unit, 'an unknown unit') || ': the interval may be too narrow. '
            else ''
        end
        || case when basis = 'randomised' and n_days < 14 then 'Shorter than two weeks. ' else '' end
        || case when basis = 'randomised' and mod(n_days, 7) <> 0 then 'Not whole weeks. ' else '' end
        || case when basis = 'randomised' and srm_p is null then 'The sample ratio could not be tested. ' else '' end
        || case when basis = 'randomised' and sequential_method is null and coalesce(n_looks, 0) <> 1 then 'How often it was looked at is not known. ' else '' end
        || case when basis = 'randomised' and preregistered_at is null then 'No hypothesis dated before the start is on record. ' else '' end
        || case recompute_status when 'differs' then 'The store reports another effect than its own counts give; the recomputed one is shown. ' else '' end
        || case
            when n_guardrails_unknown > 0
                then {{ counted_noun('n_guardrails_unknown', 'guardrail has', 'guardrails have') }} || ' no stated margin, so no harm is not shown. '
            else ''
        end
        || case when n_guardrails > n_guardrails_held + n_guardrails_unknown then 'A guardrail did not hold. ' else '' end
        || case when open_checks is not null then 'Grade ' || coalesce(evidence_grade, 'none') || ', open: ' || open_checks || '. ' else '' end
        || 'The share says who owns and wrote it, not who had the idea.'
    ) as limits_text
from parts
