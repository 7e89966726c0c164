-- What a suite's row stands on: dataset versions, the person's own changes of its files, everybody's first and last run, and all
-- runs of the period, which its figures count.
select suite_id, period_id, cast(null as varchar) as person_id, 1 as priority, 'evals' as source_system, 'dataset_versions' as source_kind, version_end as source_record_id
from {{ ref('int_eval_suite_sizes') }}
union all
select suite_id, period_id, null, 2, 'evals', 'dataset_versions', version_start
from {{ ref('int_eval_suite_sizes') }}
union all
select c.suite_id, t.period_id, c.person_id, 3, 'git', 'commits', {{ record_id(['c.repository_id', 'c.sha']) }}
from {{ ref('int_eval_suite_changes') }} as c
inner join {{ ref('int_periods') }} as t on c.landed_on < t.period_end
where c.person_id is not null
union all
select suite_id, period_id, null, case when nth = 1 or nth_last = 1 then 4 else 5 end, 'evals', 'runs', eval_run_id
from (
    select
        r.kind || ':' || r.task_name as suite_id,
        t.period_id,
        r.eval_run_id,
        {{ utc_date('r.started_at') }} >= t.period_start as is_of_period,
        row_number() over (partition by r.kind, r.task_name, t.period_id, r.person_id order by r.started_at, r.eval_run_id) as nth,
        row_number() over (partition by r.kind, r.task_name, t.period_id, r.person_id order by r.started_at desc, r.eval_run_id desc) as nth_last
    from {{ ref('fct_eval_runs') }} as r
    inner join {{ ref('int_periods') }} as t
        on {{ utc_date('r.started_at') }} >= {{ add_days('t.period_start', -184) }} and {{ utc_date('r.started_at') }} < t.period_end
    where r.task_name is not null
) as runs
where nth = 1 or nth_last = 1 or is_of_period
