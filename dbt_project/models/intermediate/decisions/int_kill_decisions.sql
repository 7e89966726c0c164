-- What was stopped, and what was known when it was. An experiment that a stopped epic rests on is not counted again. What people say
-- about why counts where something was known at all. Of eval runs the last one with a verdict counts.
with epics as (
    select epics.*, reasons.reason
    from {{ ref('int_stopped_epics') }} as epics
    left join {{ ref('int_kill_reasons') }} as reasons on epics.issue_id = reasons.issue_id
),

flags as (
    select * from {{ ref('int_removed_flags') }}
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

spans as (
    select issue_id as subject_id, project_id, begun_at, stopped_at from epics
    union all
    select subject_id, project_id, begun_at, removed_at from flags
),

verdicts as (
    select eval_run_id, project_id, started_at, is_passed
    from {{ ref('int_eval_runs') }}
    where is_passed is not null and n_scored > 0 and not git_is_dirty and pull_request_number is null
),

last_verdicts as (
    select spans.subject_id, {{ latest('verdicts.eval_run_id', 'verdicts.started_at') }} as eval_run_id
    from spans
    inner join verdicts on spans.project_id = verdicts.project_id and verdicts.started_at between spans.begun_at and spans.stopped_at
    group by spans.subject_id
),

last_evals as (
    select last_verdicts.subject_id, last_verdicts.eval_run_id, verdicts.is_passed
    from last_verdicts
    inner join verdicts on last_verdicts.eval_run_id = verdicts.eval_run_id
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
    cast(null as varchar) as removed_by_person_id,
    epics.reason as stated_reason,
    case
        when epic_experiments.experiment_id is null and coalesce(last_evals.is_passed, true) and coalesce(epics.recorded_at > epics.stopped_at, true)
            then 'unsupported'
        when epics.reason is not null then epics.reason
        when epic_experiments.experiment_id is not null then 'experiment_lost'
        when not last_evals.is_passed then 'eval_said_no'
        else 'written_decision'
    end as evidence_class,
    epics.record_pull_request_id,
    epics.record_path,
    epics.recorded_at,
    last_evals.eval_run_id,
    last_evals.is_passed as eval_is_passed,
    epic_experiments.experiment_id,
    cast(null as varchar) as flag_change_id,
    epics.is_reconsidered,
    epics.source_url
from epics
left join epic_experiments on epics.issue_id = epic_experiments.issue_id
left join last_evals on epics.issue_id = last_evals.subject_id
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
    null,
    null,
    'experiment_lost',
    null,
    null,
    null,
    null,
    null,
    lost.experiment_id,
    null,
    false,
    lost._source_url
from lost
left join {{ ref('int_experiment_people') }} as owners on lost.experiment_id = owners.experiment_id and owners.role = 'owner'
where lost.experiment_id not in (select epic_experiments.experiment_id from epic_experiments)
union all
select
    'flag',
    flags.subject_id,
    flags.flag_key,
    flags.project_id,
    flags.removed_at,
    null,
    null,
    flags.removed_by_person_id,
    null,
    case when not last_evals.is_passed then 'eval_said_no' else 'unsupported' end,
    null,
    null,
    null,
    last_evals.eval_run_id,
    last_evals.is_passed,
    null,
    flags.flag_change_id,
    flags.is_reconsidered,
    flags.source_url
from flags
left join last_evals on flags.subject_id = last_evals.subject_id
