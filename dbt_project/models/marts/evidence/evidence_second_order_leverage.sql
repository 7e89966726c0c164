{% set own = {
    'reach_low': 'double', 'reach_mid': 'double', 'reach_high': 'double', 'n_projects_relied': 'bigint', 'n_projects_ran': 'bigint',
    'n_projects_declared_or_mentioned': 'bigint', 'n_projects_inherited': 'bigint', 'n_projects_adopted': 'bigint', 'n_projects_mostly_own': 'bigint', 'n_projects_not_counted': 'bigint', 'n_acknowledged_by': 'bigint',
    'all_artifacts_low': 'double', 'all_artifacts_mid': 'double', 'all_artifacts_high': 'double', 'top_acceptor_share': 'double',
    'policy_version': 'varchar', 'policy_lowered_mid': 'double', 'policy_raised_mid': 'double',
} %}
with reach as (
    select *, {{ share_range_text('share_low', 'share_high') }} as share_text, {{ period_text('period_id') }} as period_name
    from {{ ref('int_artifact_people_reach') }}
),

facts as (
    select
        person_id, period_id, period_start, period_end,
        'artifact' as subject_kind,
        artifact_id as subject_id,
        artifact_name as subject_name,
        '' as natural_key,
        case when n_projects > 0 then 'value' else 'observed_zero' end as state,
        'In ' || period_name || ', '
        || case
            when n_ran > 0
                then {{ counted_noun('n_ran', 'project', 'projects') }} || ' built mostly by other people ran ' || artifact_name
                    || case when n_relied > 0 then ', in ' || {{ count_text('n_relied') }} || ' of them it stopped a change from merging until it was fixed' else '' end
                    || case when n_weak > 0 then ', and ' || {{ count_text('n_weak') }} || case
                            when n_weak = 1 and n_inherited = 1 then ' more inherits it'
                            when n_weak = 1 then ' more declares or mentions it'
                            when n_inherited > 0 then ' more declare, mention or inherit it'
                            else ' more declare or mention it'
                        end else '' end
            when n_weak > 0
                then {{ counted_noun('n_weak', 'project', 'projects') }} || ' built mostly by other people '
                    || case when n_inherited > 0 then 'named, declared or inherited ' else 'named or declared ' end || artifact_name || ' and none was seen to run it'
            when n_mostly_own > 0 then 'only projects that the engineer mostly built used ' || artifact_name
            else 'no project outside its authors was seen to use ' || artifact_name
        end
        || case
            when n_mostly_own > 0 and n_ran + n_weak > 0 then ' (and ' || {{ count_text('n_mostly_own') }} || ' that the engineer mostly built)'
            else ''
        end
        || case
            when n_acknowledged_by > 0
                then '; ' || {{ counted_noun('n_acknowledged_by', 'other person acknowledges it in a packet of their own', 'other people acknowledge it in packets of their own') }}
            else ''
        end
        || '; ' || share_text || ' of it is the engineer''s work'
        || case
            when n_projects > 0
                then '; leverage '
                    || case
                        when leverage_mid >= 0.1
                            then {{ number_text('leverage_mid', 1) }} || ' projects (' || {{ number_text('leverage_low', 1) }} || ' to ' || {{ number_text('leverage_high', 1) }}
                        else {{ number_text('leverage_mid', 3) }} || ' projects (' || {{ number_text('leverage_low', 3) }} || ' to ' || {{ number_text('leverage_high', 3) }}
                    end || ')'
            else ''
        end || '.' as headline,
        'second-order leverage' as measure,
        'projects' as unit,
        leverage_low as value_low,
        leverage_mid as value_mid,
        leverage_high as value_high,
        n_projects as n,
        'cited use: each project once by its strongest proof (mentions, declares, runs, relies), between a low and a high value; times the '
        || case
            when share_basis = 'signed' then 'share of the artifact by a split that everybody named in it has signed'
            else 'share of the artifact by surviving lines and by merged changes'
        end
        || '; without the part of each project that the engineer built' as method,
        case when n_ran + n_relied > 0 then 'resolved' when n_projects > 0 then 'declared' else 'derived' end as strength,
        share_low, share_mid, share_high,
        'Reach of use, not value. Use outside the connected repositories and eval stores does not show, so the count is a lower bound; every '
        || 'project counts once whatever its importance. Deleting, designing and reviewing leave no lines and earn no share here. Colleagues '
        || 'accepting each other''s tools and second accounts that nobody has linked are not detected'
        || case
            when top_acceptor_share is not null
                then '; ' || {{ percent_text('top_acceptor_share') }} || ' % of the counted facts were accepted by one person'
            else ''
        end
        || case
            when n_inherited > 0
                then '; what a project inherits from another one that uses the artifact is in the high value alone, half as much with each step'
            else ''
        end
        || case
            when n_projects > 0
                then '; with every value of the policy a fifth lower or higher the middle is ' || {{ number_text('leverage_mid_lowered', 2) }} || ' to '
                    || {{ number_text('leverage_mid_raised', 2) }}
            else ''
        end
        || case
            when closed_on is not null then '; the period was closed on ' || cast(closed_on as varchar) || ', and what became known later is not counted'
            else ''
        end
        || '. Whoever holds 10 % of the artifact is an insider, and what an insider accepts does not count. '
        || {{ counted_noun('n_not_counted', 'project was', 'projects were') }} || ' seen and not counted; the reasons stand in core.fct_leverage.' as limits,
        case
            when n_projects > 0
                then 'No run, declaration or caught change by a project outside the authors in the period; or the linked acceptors being authors of the artifact.'
            else 'A run, declaration or mention of the artifact in another project, accepted by somebody outside its authors, in the period.'
        end as falsifier,
        reach_low, reach_mid, reach_high,
        n_relied as n_projects_relied,
        n_ran as n_projects_ran,
        n_weak - n_inherited as n_projects_declared_or_mentioned,
        n_inherited as n_projects_inherited,
        n_adopted as n_projects_adopted,
        n_mostly_own as n_projects_mostly_own,
        n_not_counted as n_projects_not_counted,
        n_acknowledged_by,
        all_artifacts_low, all_artifacts_mid, all_artifacts_high,
        top_acceptor_share,
        policy_version,
        leverage_mid_lowered as policy_lowered_mid,
        leverage_mid_raised as policy_raised_mid
    from reach
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, u.priority, u.source_system, u.source_kind, u.source_record_id
    from facts as f
    inner join {{ ref('int_use_proofs') }} as u on f.subject_id = u.artifact_id and f.period_id = u.period_id
    union all
    {{ artifact_proofs(9) }}
),

{{ evidence_rows('second_order_leverage', own) }}
