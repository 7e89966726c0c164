-- What was stopped, and what was known when it was. An experiment that a stopped epic rests on is not counted again.
with epics as (
    select * from {{ ref('int_stopped_epics') }}
),

lost as (
    select experiments.*, projects.project_id, coalesce(experiments.decided_at, experiments.ended_at) as lost_at
    from {{ ref('stg_experiments__experiments') }} as experiments
    inner join {{ ref('int_experiment_projects') }} as projects on experiments.experiment_id = projects.experiment_id
    where {{ is_not_shipped('experiments.decision') }}
),

epic_experiments as (
    select epics.issue_id, {{ latest('lost.experiment_id', 'lost.lost_at') }} as experiment_id
    from epics
    inner join lost on epics.project_id = lost.project_id and lost.lost_at between epics.created_at and epics.stopped_at
    group by epics.issue_id
),

epic_evals as (
    select
        epics.issue_id,
        {{ latest('runs.eval_run_id', 'runs.started_at') }} as eval_run_id,
        {{ latest('runs.is_passed', 'runs.started_at') }} as is_passed
    from epics
    inner join {{ ref('int_eval_runs') }} as runs
        on epics.project_id = runs.project_id and runs.started_at between epics.begun_at and epics.stopped_at
    where runs.n_scored > 0 and not runs.git_is_dirty and runs.pull_request_number is null
    group by epics.issue_id
),

writers as (
    select pull_request_id, min(person_id) as person_id
    from {{ ref('int_pull_request_authors') }}
    where role = 'author' and kind = 'human'
    group by pull_request_id
),

assignees as (
    select account, person_id
    from {{ ref('int_accounts_resolved') }}
    where system = 'jira' and kind = 'human'
)

select
    'epic' as subject_kind,
    epics.issue_id as subject_id,
    epics.issue_key as subject_name,
    epics.project_id,
    epics.stopped_at as decided_at,
    writers.person_id as decided_by_person_id,
    assignees.person_id as assignee_person_id,
    case
        when epic_experiments.experiment_id is not null then 'experiment_lost'
        when not epic_evals.is_passed then 'eval_said_no'
        when epics.recorded_at <= epics.stopped_at then 'written_decision'
        else 'unsupported'
    end as evidence_class,
    epics.record_pull_request_id,
    epics.record_path,
    epics.recorded_at,
    epic_evals.eval_run_id,
    epic_evals.is_passed as eval_is_passed,
    epic_experiments.experiment_id,
    epics.is_reconsidered,
    epics.source_url
from epics
left join epic_experiments on epics.issue_id = epic_experiments.issue_id
left join epic_evals on epics.issue_id = epic_evals.issue_id
left join writers on epics.record_pull_request_id = writers.pull_request_id
left join assignees on epics.assignee_id = assignees.account
union all
select
    'experiment',
    lost.experiment_id,
    lost.native_id,
    lost.project_id,
    lost.lost_at,
    owners.person_id,
    null,
    'experiment_lost',
    null,
    null,
    null,
    null,
    null,
    lost.experiment_id,
    false,
    lost._source_url
from lost
left join {{ ref('int_experiment_people') }} as owners on lost.experiment_id = owners.experiment_id and owners.role = 'owner'
where lost.experiment_id not in (select epic_experiments.experiment_id from epic_experiments)
