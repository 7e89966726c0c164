-- Launches without a holdout, and how many other launches and prompt changes of the same project share their weeks.
with launches as (
    select experiment_id, project_id, {{ utc_date('started_at') }} as launched_on
    from {{ ref('fct_experiments') }}
    where has_holdout = false and started_at is not null
),

others as (
    select experiment_id as other_id, project_id, launched_on, cast(null as varchar) as pull_key
    from launches
    union all
    select prompt_change_id, project_id, {{ utc_date('landed_at') }}, cast(pull_request_id as varchar)
    from {{ ref('fct_prompt_changes') }}
    where landed_at is not null
),

near as (
    select l.experiment_id, o.other_id, o.pull_key
    from launches as l
    inner join others as o on l.project_id = o.project_id and l.experiment_id <> o.other_id
    where abs({{ days_between('l.launched_on', 'o.launched_on') }}) <= {{ policy_threshold('no_holdout_days') }}
),

-- Its own pull requests are the launch, not another one.
foreign_to_it as (
    select n.experiment_id, count(*) as n_concurrent
    from near as n
    left join {{ ref('int_experiment_pull_requests') }} as w
        on n.experiment_id = w.experiment_id and n.pull_key = cast(w.pull_request_id as varchar)
    where w.experiment_id is null
    group by n.experiment_id
)

select l.experiment_id, l.launched_on, coalesce(f.n_concurrent, 0) as n_concurrent
from launches as l
left join foreign_to_it as f on l.experiment_id = f.experiment_id
