{% set own = {
    'issue_key': 'varchar', 'done_on': 'date', 'due_on': 'date', 'first_due_on': 'date', 'n_reopened': 'bigint', 'is_assignee': 'boolean',
    'n_pull_requests': 'bigint', 'n_own_pull_requests': 'bigint', 'n_taken_back': 'bigint',
    'n_taken_back_by_others': 'bigint', 'n_hotfixed': 'bigint', 'n_hotfixed_by_others': 'bigint',
    'n_metric_pairs': 'bigint', 'n_pull_requests_measured': 'bigint', 'source_url': 'varchar',
} %}
with pulls as (
    select epic_id, count(*) as n_pull_requests from {{ ref('int_delivered_pull_requests') }} group by epic_id
),

reworks as (
    select
        epic_id,
        count(distinct case when kind = 'revert' then pull_request_id end) as n_taken_back,
        count(distinct case when kind = 'revert' and by_whom = 'others' then pull_request_id end) as n_taken_back_by_others,
        count(distinct case when kind = 'hotfix' then pull_request_id end) as n_hotfixed,
        count(distinct case when kind = 'hotfix' and by_whom = 'others' then pull_request_id end) as n_hotfixed_by_others
    from {{ ref('int_delivery_reworks') }}
    group by epic_id
),

deliveries as (
    select
        e.*,
        s.person_id, s.is_assignee, s.share_low, s.share_mid, s.share_high,
        s.n_pull_requests as n_own_pull_requests,
        coalesce(p.n_pull_requests, 0) as n_pull_requests,
        coalesce(r.n_taken_back, 0) as n_taken_back,
        coalesce(r.n_taken_back_by_others, 0) as n_taken_back_by_others,
        coalesce(r.n_hotfixed, 0) as n_hotfixed,
        coalesce(r.n_hotfixed_by_others, 0) as n_hotfixed_by_others,
        coalesce(m.n_metric_pairs, 0) as n_metric_pairs,
        coalesce(m.n_pull_requests, 0) as n_pull_requests_measured,
        coalesce(m.is_of_users, false) as is_of_users,
        m.sentences,
        {{ local_date('e.done_at') }} as done_on,
        {{ days_between('e.due_on', local_date('e.done_at')) }} as days_after_last,
        {{ days_between('e.first_due_on', local_date('e.done_at')) }} as days_after_first,
        t.period_id, t.period_start, t.period_end
    from {{ ref('int_delivered_epics') }} as e
    inner join {{ ref('int_delivery_shares') }} as s on e.issue_id = s.issue_id
    inner join {{ ref('int_periods') }} as t on {{ utc_date('e.done_at') }} >= t.period_start and {{ utc_date('e.done_at') }} < t.period_end
    left join pulls as p on e.issue_id = p.epic_id
    left join reworks as r on e.issue_id = r.epic_id
    left join {{ ref('int_delivery_metric_pairs') }} as m on e.issue_id = m.epic_id
),

told as (
    select
        *,
        case
            when days_after_last = 0 then 'on its due date'
            when days_after_last > 0 then {{ counted_noun('days_after_last', 'day', 'days') }} || ' after its due date'
            else {{ counted_noun('-days_after_last', 'day', 'days') }} || ' before its due date'
        end as against_last,
        case
            when first_due_on = due_on then ''
            when days_after_first > 0
                then ', and ' || {{ counted_noun('days_after_first', 'day', 'days') }} || ' after the first one, ' || cast(first_due_on as varchar)
            else ', the first one being ' || cast(first_due_on as varchar)
        end as against_first,
        case
            when n_pull_requests = 0 then '; no merged pull request names it, so rework is not observed'
            else '; of ' || {{ counted_noun('n_pull_requests', 'pull request', 'pull requests') }} || ', '
                || case
                    when n_taken_back = 0 then 'none taken back'
                    else {{ count_text('n_taken_back') }} || ' taken back (' || {{ count_text('n_taken_back_by_others') }} || ' by others)'
                end
                || ' and ' || case
                    when n_hotfixed = 0 then 'none hotfixed'
                    else {{ count_text('n_hotfixed') }} || ' hotfixed (' || {{ count_text('n_hotfixed_by_others') }} || ' by others)'
                end
                || ' within 30 days'
        end
        || case when n_reopened > 0 then '; it was re-opened ' || {{ counted_noun('n_reopened', 'time', 'times') }} else '' end
        || '; ' || {{ share_range_text('share_low', 'share_high') }} || ' of it is the engineer''s. '
        || case
            when n_metric_pairs = 0 then 'It shipped without a before/after pair of a metric.'
            else 'What changed: ' || sentences
                || case when n_metric_pairs > 3 then '; and ' || {{ counted_noun('n_metric_pairs - 3', 'more pair', 'more pairs') }} else '' end
                || case
                    when n_pull_requests_measured < n_pull_requests
                        then '; of its pull requests ' || {{ count_text('n_pull_requests - n_pull_requests_measured') }} || ' shipped without a before/after pair'
                    else ''
                end || '.'
        end
        || case when is_of_users then '' else ' What it changed for users is not known from this.' end as rest
    from deliveries
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'epic' as subject_kind,
        issue_id as subject_id,
        issue_key as subject_name,
        '' as natural_key,
        case when due_on is null then 'not_observed' else 'value' end as state,
        'On ' || cast(done_on as varchar) || ' the epic ' || issue_key || ' was done'
        || case when due_on is null then '; whether that was on time is not observed, as it had no due date' else ', ' || against_last || ' ' || cast(due_on as varchar) || against_first end
        || rest as headline,
        case when due_on is not null then 'days after the due date' end as measure,
        case when due_on is not null then 'days' end as unit,
        case when due_on is not null then least(days_after_last, days_after_first) end as value_low,
        case when due_on is not null then (days_after_last + days_after_first) / 2.0 end as value_mid,
        case when due_on is not null then greatest(days_after_last, days_after_first) end as value_high,
        case when due_on is not null then n_pull_requests end as n,
        case
            when due_on is not null
                then 'day on which it was first resolved as done, against the due date in force then and the first due date, negative = early; mid = mean of the two; '
                    || 'share between what the assignee field and what the authors of its pull requests say'
        end as method,
        case when due_on is not null then case when n_own_pull_requests > 0 then 'resolved' else 'declared' end end as strength,
        share_low, share_mid, share_high,
        'Done is what the tracker says. To be done, on time or not, is no impact by itself, and how hard the promise was to keep does not show. '
        || 'Work that names no issue of the epic, reviews and designs earn no share. A repair shows only where it takes a change back, or names it and '
        || 'says that it is a hotfix or repairs an incident.' as limits,
        'A due date agreed elsewhere, the epic re-opened for the same work, or a change within 30 days that replaces it without saying so.' as falsifier,
        issue_key, done_on, due_on, first_due_on, n_reopened, is_assignee, n_pull_requests, n_own_pull_requests, n_taken_back,
        n_taken_back_by_others, n_hotfixed, n_hotfixed_by_others, n_metric_pairs, n_pull_requests_measured, source_url
    from told
),

proofs as (
    select person_id, period_id, subject_id, natural_key, 1 as priority, 'jira' as source_system, 'issues' as source_kind, subject_id as source_record_id
    from facts
    union all
    -- What the days are counted from: when it was done, and from which date to which its promise moved.
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, 'jira', 'issue_changes', {{ record_id(['c.issue_id', 'c.history_id', 'c.item']) }}
    from facts as f
    inner join {{ ref('stg_jira__issue_changes') }} as c on f.subject_id = c.issue_id and lower(c.field) in ('resolution', 'duedate')
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 3, r.source_system, r.source_kind, r.rework_id
    from facts as f
    inner join {{ ref('int_delivery_reworks') }} as r on f.subject_id = r.epic_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 4, 'github', 'pull_requests', cast(p.pull_request_id as varchar)
    from facts as f
    inner join {{ ref('int_delivered_pull_requests') }} as p on f.subject_id = p.epic_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 5, 'people', 'splits', s.source_record_id
    from facts as f
    inner join {{ ref('int_delivered_pull_requests') }} as p on f.subject_id = p.epic_id
    inner join {{ ref('int_pull_request_signed_shares') }} as s on p.pull_request_id = s.pull_request_id
    union all
    -- The runs or the experiment that a metric before and after was read from.
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 6, m.source_system, m.source_kind, r.record_id
    from facts as f
    inner join {{ ref('int_delivered_pull_requests') }} as p on f.subject_id = p.epic_id
    inner join {{ ref('int_metric_pair_pull_requests') }} as n on p.pull_request_id = n.pull_request_id
    inner join {{ ref('fct_metric_pairs') }} as m on n.metric_pair_id = m.metric_pair_id and m.state = 'value'
    cross join lateral (
        select m.record_before_id as record_id
        union
        select m.record_after_id
    ) as r
),

{{ evidence_rows('delivery', own) }}
