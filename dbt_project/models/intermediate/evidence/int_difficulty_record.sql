-- Landed changes of prompts that stand, for each of their authors: the failed attempts at the same target in the year before, how they
-- ended and by how many people, and whether the record reaches back far enough to tell that there was none.
with changes as (
    select c.*, b.person_id, b.share
    from {{ ref('int_prompt_changes_told') }} as c
    inner join {{ ref('bridge_prompt_change_authors') }} as b on c.prompt_change_id = b.prompt_change_id
    left join {{ ref('int_prompt_failures') }} as failures on c.prompt_change_id = failures.prompt_change_id
    where
        b.person_id is not null
        and b.kind = 'human'
        and c.outcome = 'landed'
        -- Nobody closes a version in a registry: whether attempts at it failed shows only where one was taken back.
        and c.source = 'git'
        and c.change_kind in ('created', 'edited')
        and failures.prompt_change_id is null
),

-- A reading may begin later than the repository does: before its first pull request on record, nothing was looked at.
first_pulls as (
    select repository_id, min(created_at) as record_begins_at
    from {{ ref('stg_github__pull_requests') }}
    group by repository_id
),

births as (
    select prompt_id, min(landed_at) as born_at
    from {{ ref('int_prompt_changes') }}
    where change_kind = 'created'
    group by prompt_id
),

targets as (
    select prompt_change_id, {{ joined_text("'the ' || target_kind || ' ' || target", ' or ', 'target_kind desc, target') }} as said
    from (select distinct prompt_change_id, target_kind, target from {{ ref('fct_failed_attempts') }} where target_kind <> 'prompt') as stated
    group by prompt_change_id
),

attempts as (
    select
        changes.prompt_change_id,
        changes.person_id,
        count(distinct failed.failed_attempt_id) as n_attempts,
        count(distinct case when failed.certainty = 'confirmed' then failed.failed_attempt_id end) as n_failed_confirmed,
        count(distinct case when failed.ending = 'reverted' then failed.failed_attempt_id end) as n_reverted,
        count(distinct case when failed.ending = 'lost_experiment' then failed.failed_attempt_id end) as n_lost,
        count(distinct case when failed.ending = 'gate_failed' then failed.failed_attempt_id end) as n_gate_failed,
        count(distinct case when failed.ending = 'closed' then failed.failed_attempt_id end) as n_closed,
        count(distinct case when failed.metric_name is not null then failed.failed_attempt_id end) as n_measured,
        count(distinct authors.person_id) as n_failed_people,
        count(distinct case when failed.ending = 'reverted' then authors.person_id end) as n_reverted_people,
        count(distinct case when authors.person_id <> changes.person_id then authors.person_id end) as n_failed_others,
        count(distinct case when failed.target_kind = 'prompt' then failed.failed_attempt_id end) as n_at_prompt,
        min(failed.failed_at) as first_failed_at,
        case when count(distinct failed.metric_name) = 1 then min(failed.metric_name) end as metric_name
    from changes
    left join {{ ref('fct_failed_attempts') }} as failed on changes.prompt_change_id = failed.prompt_change_id
    left join {{ ref('int_failed_attempt_people') }} as authors on failed.failed_attempt_id = authors.failed_attempt_id
    group by changes.prompt_change_id, changes.person_id
)

select
    changes.prompt_change_id,
    changes.person_id,
    changes.share,
    changes.prompt_id,
    changes.kind,
    changes.noun,
    changes.place,
    changes.landed_at,
    attempts.n_attempts,
    attempts.n_failed_confirmed,
    attempts.n_reverted,
    attempts.n_lost,
    attempts.n_gate_failed,
    attempts.n_closed,
    attempts.n_measured,
    attempts.n_failed_people,
    attempts.n_reverted_people,
    attempts.n_failed_others,
    attempts.first_failed_at,
    attempts.metric_name,
    case
        when targets.said is null then 'it'
        when attempts.n_at_prompt > 0 then 'it or ' || targets.said
        else targets.said
    end as aim,
    first_pulls.record_begins_at,
    coalesce(
        first_pulls.record_begins_at <= {{ instant_plus_days('changes.landed_at', -365) }} or first_pulls.record_begins_at <= births.born_at, false
    ) as is_year_on_record,
    -- The comma before the first is cut off again.
    substr(
        case when attempts.n_reverted > 0
            then ', ' || {{ count_text('attempts.n_reverted') }} || ' reverted after landing by ' || {{ counted_noun('attempts.n_reverted_people', 'person', 'people') }}
            else ''
        end
        || case when attempts.n_lost > 0 then ', ' || {{ count_text('attempts.n_lost') }} || ' not shipped after an experiment' else '' end
        || case when attempts.n_gate_failed > 0 then ', ' || {{ count_text('attempts.n_gate_failed') }} || ' stopped by a red gate and closed' else '' end
        || case when attempts.n_closed > 0 then ', ' || {{ count_text('attempts.n_closed') }} || ' closed unmerged' else '' end, 3
    ) as endings
from changes
inner join attempts on changes.prompt_change_id = attempts.prompt_change_id and changes.person_id = attempts.person_id
left join targets on changes.prompt_change_id = targets.prompt_change_id
left join first_pulls on changes.repository_id = first_pulls.repository_id
left join births on changes.prompt_id = births.prompt_id
