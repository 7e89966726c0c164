{% set own = {
    'project_id': 'varchar', 'ambiguity_suggested': 'varchar', 'ambiguity_told': 'varchar', 'dependencies_suggested': 'varchar',
    'dependencies_told': 'varchar', 'novelty_suggested': 'varchar', 'novelty_told': 'varchar', 'told_reason': 'varchar', 'told_by_person_id': 'varchar',
    'is_disagreed': 'boolean', 'n_merged': 'bigint', 'n_tickets': 'bigint', 'n_unclear_tickets': 'bigint', 'n_declared': 'bigint',
    'n_by_tickets': 'bigint', 'n_teams': 'bigint', 'began_on': 'date', 'first_change_on': 'date',
} %}
with contexts as (
    select
        s.*,
        p.name as subject_name,
        t.entry_id,
        t.ambiguity as ambiguity_told,
        t.dependencies as dependencies_told,
        t.novelty as novelty_told,
        t.reason as told_reason,
        t.told_by_person_id,
        s.n_declared + s.n_by_tickets + s.n_teams as n_ties,
        -- A part that the records or the manager are silent on is no disagreement.
        coalesce(s.ambiguity <> t.ambiguity, false) as differs_in_ambiguity,
        coalesce(s.dependencies <> t.dependencies, false) as differs_in_dependencies,
        coalesce(s.novelty <> t.novelty, false) as differs_in_novelty
    from {{ ref('int_project_contexts_suggested') }} as s
    inner join {{ ref('dim_projects') }} as p on s.project_id = p.project_id
    left join {{ ref('int_project_contexts_told') }} as t
        on s.person_id = t.person_id and s.project_id = t.project_id and s.period_id = t.period_id
),

worded as (
    select
        *,
        case
            when ambiguity is null
                then 'ambiguity not observed (its merged changes name ' || {{ counted_noun('n_tickets', 'ticket', 'tickets') }} || ')'
            else
                'ambiguity ' || ambiguity || ' (' || {{ count_text('n_unclear') }} || ' of ' || {{ counted_noun('n_tickets', 'ticket', 'tickets') }}
                || ' changed after work had begun or had an earlier change dropped)'
        end as ambiguity_words,
        'dependencies ' || dependencies || ' (' || {{ counted_noun('n_declared', 'project', 'projects') }} || ' by declarations, '
        || {{ count_text('n_by_tickets') }} || ' more by tickets, ' || {{ counted_noun('n_teams', 'other team', 'other teams') }} || ')' as dependencies_words,
        case
            when novelty is null then 'novelty not observed (when the project began is not known)'
            else
                'novelty ' || novelty || ' (it began on ' || cast(began_on as varchar) || ', the engineer''s first change is of '
                || cast(first_change_on as varchar) || ')'
        end as novelty_words,
        -- The comma before the first is cut off again.
        substr(
            coalesce(', ambiguity ' || ambiguity_told, '') || coalesce(', dependencies ' || dependencies_told, '')
            || coalesce(', novelty ' || novelty_told, ''), 3
        ) as told_words,
        substr(
            case when differs_in_ambiguity then ', ambiguity' else '' end || case when differs_in_dependencies then ', dependencies' else '' end
            || case when differs_in_novelty then ', novelty' else '' end, 3
        ) as disagreed_words
    from contexts
),

facts as (
    select
        person_id, period_id, period_start, period_end, 'project' as subject_kind, project_id as subject_id, subject_name, '' as natural_key,
        case when n_ties = 0 then 'observed_zero' else 'value' end as state,
        'In ' || {{ period_text('period_id') }} || ', on ' || subject_name || ', the records suggest ' || ambiguity_words || ', ' || dependencies_words
        || ' and ' || novelty_words || '. '
        || case
            when entry_id is null then 'What a manager says of it is not on record.'
            else
                'The manager says ' || told_words || case
                    when disagreed_words = '' then '; where both speak they agree.' else '; the two differ in ' || disagreed_words || '.'
                end
        end as headline,
        'projects and teams that the project hangs together with' as measure,
        'projects and teams' as unit,
        n_declared as value_low,
        (n_declared + n_ties) / 2.0 as value_mid,
        n_ties as value_high,
        n_merged as n,
        'low = projects that it declares or that declare it, high = also projects that work on the same or on linked tickets and teams other than the '
        || 'owner whose people changed it, mid = half of those; levels by the thresholds context_* of the attribution policy' as method,
        'derived' as strength,
        cast(null as double) as share_low,
        cast(null as double) as share_mid,
        cast(null as double) as share_high,
        'How hard a project was is for people to say; a suggestion counts traces of it. Tickets that no merged change names, what was agreed without a '
        || 'ticket, and dependencies on people outside the connected systems do not show.' as limits,
        'A count of the project''s declarations, tickets, teams or first days that differs from the one given.' as falsifier,
        project_id, ambiguity as ambiguity_suggested, ambiguity_told, dependencies as dependencies_suggested, dependencies_told,
        novelty as novelty_suggested, novelty_told, told_reason, told_by_person_id, disagreed_words <> '' as is_disagreed, n_merged, n_tickets,
        n_unclear as n_unclear_tickets, n_declared, n_by_tickets, n_teams, began_on, first_change_on, entry_id
    from worded
),

proofs as (
    select
        person_id, period_id, subject_id, natural_key, 1 as priority, 'registers' as source_system, 'project_contexts' as source_kind,
        entry_id as source_record_id
    from facts
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, t.source_system, t.source_kind, t.source_record_id
    from facts as f
    inner join {{ ref('int_project_ties') }} as t on f.project_id = t.project_id and f.period_id = t.period_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 3, 'jira', 'issues', t.issue_id
    from facts as f
    inner join {{ ref('int_project_tickets') }} as t
        on f.person_id = t.person_id and f.project_id = t.project_id and f.period_id = t.period_id
    union all
    select s.person_id, s.period_id, s.project_id, '', 4, 'github', 'pull_requests', cast(pulls.pull_request_id as varchar)
    from {{ ref('int_project_stints') }} as s
    {{ each('s.pull_request_ids', 'pulls', 'pull_request_id') }}
),

{{ evidence_rows('project_context', own) }}
