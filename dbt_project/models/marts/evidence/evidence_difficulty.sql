{% set own = {
    'prompt_change_id': 'varchar', 'landed_at': 'timestamp with time zone', 'n_failed_confirmed': 'bigint',
    'n_reverted': 'bigint', 'n_lost': 'bigint', 'n_gate_failed': 'bigint', 'n_closed': 'bigint', 'n_failed_people': 'bigint',
    'n_reverted_people': 'bigint', 'n_failed_others': 'bigint', 'first_failed_at': 'timestamp with time zone', 'n_measured': 'bigint',
    'metric_name': 'varchar',
} %}
with changes as (
    select
        r.*,
        t.period_id,
        t.period_start,
        t.period_end,
        case when r.n_attempts > 0 then 'value' when r.is_year_on_record then 'observed_zero' else 'not_observed' end as state,
        r.n_failed_confirmed >= {{ policy_threshold('confirmed_failures') }} as is_hard
    from {{ ref('int_difficulty_record') }} as r
    inner join {{ ref('int_periods') }} as t
        on {{ utc_date('r.landed_at') }} >= t.period_start and {{ utc_date('r.landed_at') }} < t.period_end
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        kind as subject_kind,
        prompt_id as subject_id,
        place as subject_name,
        prompt_change_id as natural_key,
        state,
        'On ' || cast({{ utc_date('landed_at') }} as varchar) || ' the engineer ' || case when share < 1 then 'and others ' else '' end
        || 'landed a change of the ' || noun || ' ' || place || ' that stands'
        || case state
            when 'value'
                then ', after ' || {{ counted_noun('n_attempts', 'failed attempt', 'failed attempts') }} || ' at ' || aim || ' in the year before by '
                    || {{ counted_noun('n_failed_people', 'person', 'people') }} || ' (' || {{ count_text('n_failed_others') }} || ' of them other than the engineer): '
                    || endings
                    || '; the first had failed by ' || cast({{ utc_date('first_failed_at') }} as varchar)
                    || case
                        when metric_name is not null
                            then '; ' || metric_name || ' of ' || {{ count_text('n_measured') }} || ' of them is on record'
                        else ''
                    end
                    || case when is_hard then '' else '; fewer than two are confirmed, so nothing is said of difficulty' end
            when 'observed_zero' then '; no attempt at it is on record as failed in the year before'
            else '; whether attempts at it failed in the year before is not observed, as '
                || case
                    when record_begins_at is null then 'no pull request of its repository is on record'
                    else 'pull requests of its repository are on record only since ' || cast({{ utc_date('record_begins_at') }} as varchar)
                end || '. To supply it: set since under [sources.github] to an earlier day'
        end || '.' as headline,
        case when state <> 'not_observed' then 'failed attempts at the same prompt, slice or metric in the year before' end as measure,
        case when state <> 'not_observed' then 'attempts' end as unit,
        case when state <> 'not_observed' then n_failed_confirmed end as value_low,
        case when state <> 'not_observed' then (n_failed_confirmed + n_attempts) / 2.0 end as value_mid,
        case when state <> 'not_observed' then n_attempts end as value_high,
        case when state <> 'not_observed' then n_attempts end as n,
        'attempts at the same prompt, by its identity through renames, or at the same slice or metric of the project, as labels, texts and experiments '
        || 'of both state it, that failed within 365 days before: low = reverted within 30 days of landing, or not shipped after an experiment; high = also '
        || 'closed without merging; mid = half of those; author share split equally among the pull request''s human authors and co-authors' as method,
        'resolved' as strength,
        share as share_low, share as share_mid, share as share_high,
        'An attempt is known by its pull request, not by why it failed; attempts in notebooks, prompt consoles or branches without a pull request do not '
        || 'show, and one at the same slice or metric only where both state it. That earlier attempts failed does not say how hard the change was, and a change may build on what they taught. It may still be reverted.'
        || case when is_year_on_record then '' else ' The record begins less than a year before, so earlier attempts may be missing.' end as limits,
        'A revert of the change, an attempt that was not aimed at this prompt, slice or metric, or one that was taken back for another reason.' as falsifier,
        prompt_change_id, landed_at, n_failed_confirmed, n_reverted, n_lost, n_gate_failed, n_closed, n_failed_people, n_reverted_people,
        n_failed_others, first_failed_at, n_measured, metric_name
    from changes
),

failed as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, a.*
    from facts as f
    inner join {{ ref('fct_failed_attempts') }} as a on f.prompt_change_id = a.prompt_change_id
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, p.priority, p.source_system, p.source_kind, p.source_record_id
    from facts as f
    inner join {{ ref('int_prompt_proofs') }} as p on f.prompt_change_id = p.prompt_change_id
    union all
    select person_id, period_id, subject_id, natural_key, 4, 'github', 'pull_requests', cast(pull_request_id as varchar)
    from failed
    union all
    select person_id, period_id, subject_id, natural_key, 5, 'github', 'pull_requests', cast(undone_by_pull_request_id as varchar)
    from failed
    union all
    select person_id, period_id, subject_id, natural_key, 6, 'git', 'commits', {{ record_id(['undone_in_repository_id', 'undone_by_sha']) }}
    from failed
    union all
    select person_id, period_id, subject_id, natural_key, 7, 'experiments', 'experiments', experiment_id
    from failed
    union all
    select person_id, period_id, subject_id, natural_key, 8, 'evals', 'runs', eval_run_id
    from failed
),

{{ evidence_rows('difficulty', own) }}
