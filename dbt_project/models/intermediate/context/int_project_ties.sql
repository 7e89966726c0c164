-- What a project hangs together with in a half-year: projects that it declares or that declare it, projects that work on the same or on linked
-- tickets, and teams other than its owner whose people changed it. Each tie once, with its strongest proof.
with declared as (
    select user_project_id as project_id, used_project_id as other_project_id, period_id, source_kind, source_record_id
    from {{ ref('int_project_dependencies') }}
    union all
    select used_project_id, user_project_id, period_id, source_kind, source_record_id
    from {{ ref('int_project_dependencies') }}
),

worked as (
    select distinct p.project_id, t.period_id, l.issue_id
    from {{ ref('int_pull_request_issue_links') }} as l
    inner join {{ ref('fct_pull_requests') }} as p on l.pull_request_id = p.pull_request_id
    inner join {{ ref('int_periods') }} as t
        on t.grain = 'half' and {{ utc_date('p.merged_at') }} >= t.period_start and {{ utc_date('p.merged_at') }} < t.period_end
    where l.system = 'jira' and p.project_id is not null
),

-- Tickets that a project's work hangs together with: its own and those linked to them, each by way of one of its own.
touched as (
    select project_id, period_id, issue_id, issue_id as own_issue_id from worked
    union
    select w.project_id, w.period_id, l.other_issue_id, w.issue_id
    from worked as w
    inner join {{ ref('stg_jira__issue_links') }} as l on w.issue_id = l.issue_id
    union
    select w.project_id, w.period_id, l.issue_id, w.issue_id
    from worked as w
    inner join {{ ref('stg_jira__issue_links') }} as l on w.issue_id = l.other_issue_id
),

linked as (
    select distinct t.project_id, o.project_id as other_project_id, t.period_id, t.own_issue_id as issue_id
    from touched as t
    inner join worked as o on t.issue_id = o.issue_id and t.period_id = o.period_id
    where o.project_id <> t.project_id
),

teams as (
    select s.project_id, h.team, s.period_id, min(pulls.pull_request_id) as pull_request_id
    from {{ ref('int_project_stints') }} as s
    {{ each('s.pull_request_ids', 'pulls', 'pull_request_id') }}
    inner join {{ ref('dim_people_history') }} as h
        on
            s.person_id = h.person_id
            and (h.valid_from is null or h.valid_from < s.period_end) and (h.valid_to is null or h.valid_to > s.period_start)
    inner join {{ ref('dim_projects') }} as p on s.project_id = p.project_id
    where h.team is not null and h.team is distinct from p.owner_team
    group by s.project_id, h.team, s.period_id
),

ties as (
    select
        project_id, period_id, 'declared' as kind, other_project_id as tied_to, 1 as place, 'git' as source_system, source_kind, source_record_id
    from declared
    union all
    select project_id, period_id, 'ticket', other_project_id, 2, 'jira', 'issues', issue_id
    from linked
    union all
    select project_id, period_id, 'team', 'team ' || team, 3, 'github', 'pull_requests', cast(pull_request_id as varchar)
    from teams
),

placed as (
    select
        *,
        row_number() over (partition by project_id, period_id, tied_to order by place, source_kind, source_record_id) as n
    from ties
)

select project_id, period_id, kind, tied_to, source_system, source_kind, source_record_id
from placed
where n = 1
