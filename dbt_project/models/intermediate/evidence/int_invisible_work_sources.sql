-- Whether a source told of a whole half-year, by kind of work, with one record that shows it: without that a zero is no observation.
-- Schedules must reach over the half-year, and every shift of it must lead to somebody.
with spanned as (
    select periods.period_id
    from {{ ref('int_on_call_periods') }} as shifts
    inner join {{ ref('int_periods') }} as periods on shifts.period_id = periods.period_id
    group by periods.period_id, periods.period_start, periods.observed_until
    having
        min(shifts.started_at) <= {{ day_start('periods.period_start') }}
        and max(shifts.ended_at) >= {{ day_start('periods.observed_until') }}
        and count(*) = count(shifts.person_id)
),

told as (
    select shifts.period_id, 'on_call' as work_kind, shifts.started_at as happened_at, 'incidents' as system, 'on_call_shifts' as kind, shifts.record_id as id
    from {{ ref('int_on_call_periods') }} as shifts
    inner join spanned on shifts.period_id = spanned.period_id
    union all
    select period_id, work_kind, happened_at, source_system, source_kind, source_record_id
    from {{ ref('int_invisible_work_things') }}
    where work_kind in ('incidents_before_impact', 'self_reported', 'labelled_traces')
    union all
    -- Both classes of reviews come from one source.
    select things.period_id, kinds.work_kind, things.happened_at, things.source_system, things.source_kind, things.source_record_id
    from {{ ref('int_invisible_work_things') }} as things
    inner join {{ ref('invisible_work_kinds') }} as kinds on kinds.work_kind in ('substantive_reviews', 'eval_prompt_reviews')
    where things.work_kind in ('substantive_reviews', 'eval_prompt_reviews')
    union all
    select periods.period_id, 'documents_cited', documents.first_seen_at, 'git', 'repositories', documents.repository_id
    from {{ ref('int_periods') }} as periods
    inner join {{ ref('dim_documents') }} as documents on {{ utc_date('documents.first_seen_at') }} < periods.period_end
    where periods.grain = 'half'
),

placed as (
    select
        *,
        row_number() over (partition by period_id, work_kind order by happened_at desc, id) as place
    from told
)

select
    period_id,
    work_kind,
    system as source_system,
    kind as source_kind,
    id as source_record_id
from placed
where place = 1
