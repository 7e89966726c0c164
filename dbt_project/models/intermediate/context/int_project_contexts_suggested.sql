-- What the records suggest of how hard a project was for an engineer in a half-year, with the figures that it follows from.
with tied as (
    select
        project_id,
        period_id,
        count(case when kind = 'declared' then 1 end) as n_declared,
        count(case when kind = 'ticket' then 1 end) as n_by_tickets,
        count(case when kind = 'team' then 1 end) as n_teams
    from {{ ref('int_project_ties') }}
    group by project_id, period_id
),

tickets as (
    select person_id, project_id, period_id, count(*) as n_tickets, count(case when is_changed or is_retried then 1 end) as n_unclear
    from {{ ref('int_project_tickets') }}
    group by person_id, project_id, period_id
),

figures as (
    select
        s.person_id, s.project_id, s.period_id, s.period_start, s.period_end, s.began_on, s.first_change_on,
        {{ list_size('s.pull_request_ids') }} as n_merged,
        coalesce(t.n_declared, 0) as n_declared,
        coalesce(t.n_by_tickets, 0) as n_by_tickets,
        coalesce(t.n_teams, 0) as n_teams,
        coalesce(i.n_tickets, 0) as n_tickets,
        coalesce(i.n_unclear, 0) as n_unclear,
        -- How old the project was when the engineer's work of the half-year began: who was there at its start finds it existing later.
        {{ days_between('s.began_on', 'greatest(s.first_change_on, s.period_start)') }} as days_before
    from {{ ref('int_project_stints') }} as s
    left join tied as t on s.project_id = t.project_id and s.period_id = t.period_id
    left join tickets as i on s.person_id = i.person_id and s.project_id = i.project_id and s.period_id = i.period_id
)

select
    *,
    case
        when n_tickets < {{ policy_threshold('context_fewest_issues') }} then null
        when n_unclear >= n_tickets * {{ policy_threshold('context_ambiguity_high') }} then 'high'
        when n_unclear >= n_tickets * {{ policy_threshold('context_ambiguity_medium') }} then 'medium'
        else 'low'
    end as ambiguity,
    case
        when n_declared + n_by_tickets + n_teams >= {{ policy_threshold('context_dependencies_many') }} then 'many'
        when n_declared + n_by_tickets + n_teams >= {{ policy_threshold('context_dependencies_moderate') }} then 'moderate'
        else 'few'
    end as dependencies,
    case
        when days_before is null then null
        when days_before <= {{ policy_threshold('context_greenfield_days') }} then 'greenfield'
        when days_before <= {{ policy_threshold('context_new_days') }} then 'new'
        else 'existing'
    end as novelty
from figures
