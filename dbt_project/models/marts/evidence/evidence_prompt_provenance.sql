{% set own = {
    'prompt_change_id': 'varchar', 'change_kind': 'varchar', 'outcome': 'varchar', 'landed_at': 'timestamp with time zone', 'attempt_no': 'bigint',
    'n_failed_confirmed': 'bigint', 'n_failed_possible': 'bigint', 'n_failed_people': 'bigint', 'has_linked_issue': 'boolean',
    'has_stated_reason': 'boolean', 'has_eval_before_after': 'boolean', 'has_alternatives': 'boolean', 'eval_value_before': 'double',
    'eval_value_after': 'double', 'eval_comparability': 'varchar', 'eval_n_common': 'bigint', 'eval_n_better': 'bigint', 'eval_n_worse': 'bigint',
    'eval_p': 'double', 'judge_state': 'varchar', 'reason_url': 'varchar',
} %}
with changes as (
    select
        c.*,
        b.person_id,
        b.share,
        b.basis,
        t.period_id,
        t.period_start,
        t.period_end,
        case when c.version is null then 'landed' else 'registered' end as done,
        c.n_confirmed >= {{ policy_threshold('confirmed_failures') }} as is_hard
    from {{ ref('int_prompt_changes_told') }} as c
    inner join {{ ref('bridge_prompt_change_authors') }} as b on c.prompt_change_id = b.prompt_change_id
    inner join {{ ref('int_periods') }} as t
        on {{ utc_date('c.landed_at') }} >= t.period_start and {{ utc_date('c.landed_at') }} < t.period_end
    where b.person_id is not null and b.kind = 'human'
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        kind as subject_kind,
        prompt_id as subject_id,
        place as subject_name,
        prompt_change_id as natural_key,
        'value' as state,
        'On ' || cast({{ utc_date('landed_at') }} as varchar) || ' the engineer ' || case when share < 1 then 'and others ' else '' end
        || case change_kind
            when 'created' then done || ' the ' || noun || ' ' || place
            when 'deleted' then 'removed the ' || noun || ' ' || place
            when 'reverted' then 'took back an earlier change of the ' || noun || ' ' || place
            when 'restored' then 'brought back an earlier change of the ' || noun || ' ' || place
            else done || ' a change of the ' || noun || ' ' || place
        end
        || case
            when is_hard
                then ', after ' || {{ counted_noun('n_confirmed + n_possible', 'failed attempt', 'failed attempts') }} || ' by '
                    || {{ counted_noun('coalesce(n_failed_people, 0)', 'person', 'people') }} || ' in the year before (' || {{ count_text('n_confirmed') }}
                    || ' reverted or lost after landing, ' || {{ count_text('n_possible') }} || ' closed unmerged)'
            when attempt_no > 1 then ' (attempt ' || cast(attempt_no as varchar) || ' on it within a year)'
            else ''
        end
        || case
            when has_eval_before_after and comparability <> 'comparable'
                then '; the eval runs before and after are not comparable (' || replace(comparability, '_', ' ') || ')'
            when has_eval_before_after and value_before is not null and value_after is not null
                then '; it scored ' || {{ plain_number_text('value_after') }} || ' after ' || {{ plain_number_text('value_before') }} || ' before, on the same dataset'
                    || case
                        when n_better is not null
                            then ' (of ' || {{ counted_noun('n_common', 'common case', 'common cases') }} || ' ' || {{ count_text('n_better') }}
                                || ' became better and ' || {{ count_text('n_worse') }} || ' worse, ' || {{ p_text('p_value') }} || ')'
                        else ''
                    end
            else ''
        end
        || case when n_ticked > 0 then '; on record: ' || ticked else '' end
        || case when n_ticked < 4 then '; missing: ' || missing else '' end
        || case when outcome = 'reverted' then '; it was reverted on ' || cast({{ utc_date('reverted_at') }} as varchar) else '' end
        || '.' as headline,
        'failed attempts in the year before' as measure,
        'attempts' as unit,
        n_confirmed as value_low,
        n_confirmed + n_possible / 2.0 as value_mid,
        n_confirmed + n_possible as value_high,
        coalesce(attempt_no, 1) as n,
        'attempts at the same prompt within 365 days: low = reverted within 30 days of landing, or not shipped after an experiment; high = also closed without merging, mid = half of '
        || 'those; author share '
        || case
            when version is not null then 'of whom the registry or the author tag of the version names'
            when basis = 'signed' then 'as signed by everybody named'
            else 'split equally among the pull request''s human authors and co-authors'
        end
        || '; scores of two runs are compared only under one dataset, scorer and judge, by the exact sign test over the cases that both scored' as method,
        case when version is null then 'resolved' else 'declared' end as strength,
        share as share_low, share as share_mid, share as share_high,
        trim('A failed attempt is known by its revert or closing, not by why it failed; attempts in notebooks or prompt consoles do not show. '
        || 'Ideas, reviews and eval work of others earn no author share. '
        || case
            when comparability <> 'comparable' then 'Measured with different rulers, so nothing is said about its effect. '
            when has_eval_before_after then 'A score before and after is two runs, not an experiment. '
            else 'No pair of eval runs on one dataset, so nothing is said about its effect. '
        end
        || case when judge_state = 'uncalibrated' then 'The judge of these runs is uncalibrated: too few labels of people back its verdicts. ' else '' end
        || case
            when kind = 'rubric' then 'A changed rubric is a different ruler: scores before and after it are not comparable without re-scored labels. '
            else ''
        end) as limits,
        case
            when version is null then 'The landing commit not touching the file, a revert of it, or its pull request naming other authors.'
            else 'Somebody else having registered the version under this name, or a later version that takes it back.'
        end as falsifier,
        change_kind,
        prompt_change_id,
        outcome,
        landed_at,
        attempt_no,
        n_confirmed as n_failed_confirmed,
        n_possible as n_failed_possible,
        n_failed_people,
        has_linked_issue, has_stated_reason, has_eval_before_after, has_alternatives,
        value_before as eval_value_before,
        value_after as eval_value_after,
        comparability as eval_comparability,
        n_common as eval_n_common,
        n_better as eval_n_better,
        n_worse as eval_n_worse,
        p_value as eval_p,
        judge_state,
        reason_url
    from changes
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, p.priority, p.source_system, p.source_kind, p.source_record_id
    from facts as f
    inner join {{ ref('int_prompt_proofs') }} as p on f.prompt_change_id = p.prompt_change_id
),

{{ evidence_rows('prompt_provenance', own) }}
