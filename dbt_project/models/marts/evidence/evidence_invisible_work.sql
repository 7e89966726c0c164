-- Work that seldom shows, kind by kind: each with what it led to or what it cost, never a count of doings alone.
{% set own = {'work_kind': 'varchar', 'not_observed_reason': 'varchar', 'hours_on_call': 'double', 'hours_here': 'double', 'schedules': 'varchar'} %}
with work as (
    select
        w.*,
        k.title, k.measure, k.unit, k.strength, k.looked_at, k.came_of_it, k.none_done, k.method, k.limits, k.falsifier, k.missing, k.how_to_supply,
        'In ' || {{ period_text('w.period_id') }} || ', ' as begun,
        case when w.value_high > w.value_low then ' (up to ' || {{ count_text('w.value_high') }} || ')' else '' end as up_to,
        {{ count_text('w.n') }} || ' ' || case when w.n = 1 then k.noun else k.nouns end as counted
    from {{ ref('int_invisible_work') }} as w
    inner join {{ ref('invisible_work_kinds') }} as k on w.work_kind = k.work_kind
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'invisible_work' as subject_kind,
        work_kind || ':' || substr({{ stable_hash(['work_kind', 'person_id']) }}, 1, 12) as subject_id,
        title as subject_name,
        '' as natural_key,
        state,
        case
            when state = 'not_observed'
                then title || ', ' || {{ period_text('period_id') }} || ': not observed, as '
                    || case not_observed_reason when 'not_linked' then 'no account of the engineer is linked in the source' else missing end
                    || case
                        when hours_on_call > 0
                            then '; ' || {{ counted_noun('round(hours_on_call)', 'hour', 'hours') }} || ' on call are on record'
                        else ''
                    end
                    || '. To supply it: ' || how_to_supply || '.'
            when n = 0 then begun || none_done || '.'
            when work_kind = 'on_call'
                then begun || 'the engineer was on call for ' || {{ counted_noun('round(hours_on_call)', 'hour', 'hours') }} || ' of '
                    || {{ count_text('round(hours_here)') }} || ' (' || {{ percent_text('value_low') }} || ' %), by the schedule of ' || schedules || '.'
            when work_kind = 'documents_cited'
                then begun || {{ counted_noun('value_low', 'other person', 'other people') }} || ' cited a document of the engineer' || up_to || '.'
            else
                begun || 'of ' || counted || ' ' || looked_at || ', ' || {{ count_text('value_low') }} || up_to || ' ' || came_of_it || '.'
        end as headline,
        case when state != 'not_observed' then measure end as measure,
        case when state != 'not_observed' then unit end as unit,
        case when state != 'not_observed' then value_low end as value_low,
        case when state != 'not_observed' then (value_low + value_high) / 2.0 end as value_mid,
        case when state != 'not_observed' then value_high end as value_high,
        case when state != 'not_observed' then n end as n,
        case when state != 'not_observed' then method end as method,
        case when state != 'not_observed' then strength end as strength,
        case when state = 'value' then share_low end as share_low,
        case when state = 'value' then share_mid end as share_mid,
        case when state = 'value' then 1.0 end as share_high,
        limits,
        falsifier,
        work_kind, not_observed_reason, hours_on_call, hours_here, schedules
    from work
),

proofs as (
    select
        f.person_id, f.period_id, f.subject_id, f.natural_key, case when t.counts_high then 1 else 2 end as priority,
        t.source_system, t.source_kind, t.source_record_id
    from facts as f
    inner join {{ ref('int_invisible_work_things') }} as t
        on f.person_id = t.person_id and f.period_id = t.period_id and f.work_kind = t.work_kind
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, 'incidents', 'on_call_shifts', s.record_id
    from facts as f
    inner join {{ ref('int_on_call_periods') }} as s on f.person_id = s.person_id and f.period_id = s.period_id
    where f.work_kind = 'on_call'
    union all
    -- Where there is nothing to show, the newest record of anybody shows that the source was read.
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 3, s.source_system, s.source_kind, s.source_record_id
    from facts as f
    inner join {{ ref('int_invisible_work_sources') }} as s on f.period_id = s.period_id and f.work_kind = s.work_kind
    where f.state = 'observed_zero' and f.n = 0
),

{{ evidence_rows('invisible_work', own) }}
