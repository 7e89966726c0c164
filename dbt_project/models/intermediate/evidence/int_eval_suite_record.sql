-- One row per suite, person with a share in it, and period in which the suite was run, or had been within half a year before.
-- Having run a suite now and then owns nothing: where only runs are known, a share counts from the owner threshold on.
with names as (
    select suite_id, min(task_name) as task_name, min(kind) as harness_kind
    from {{ ref('int_eval_suites') }}
    group by suite_id
),

last_runs as (
    select r.kind || ':' || r.task_name as suite_id, t.period_id, max({{ utc_date('r.started_at') }}) as last_run_on
    from {{ ref('fct_eval_runs') }} as r
    inner join {{ ref('int_periods') }} as t on {{ utc_date('r.started_at') }} < t.period_end
    where r.task_name is not null
    group by r.kind || ':' || r.task_name, t.period_id
)

select
    o.*,
    n.task_name,
    n.harness_kind,
    t.period_start,
    t.period_end,
    {{ period_text('t.period_id') }} as period_name,
    coalesce(u.n_runs, 0) as n_runs,
    coalesce(u.n_samples, 0) as n_samples,
    coalesce(u.n_unscored, 0) as n_unscored,
    coalesce(u.n_broken, 0) as n_broken,
    coalesce(u.n_runs_by_nobody, 0) as n_runs_by_nobody,
    coalesce(u.n_others, 0) as n_others,
    coalesce(u.n_runs_by_others, 0) as n_runs_by_others,
    coalesce(u.n_modes_caught, 0) as n_modes_caught,
    case when u.n_samples > 0 then u.n_unscored / cast(u.n_samples as double) end as unscored_share,
    s.version_start, s.version_end,
    s.examples_start, s.examples_end, s.slices_start, s.slices_end, s.failure_modes_start, s.failure_modes_end,
    s.grown_slice, s.grown_slice_start, s.grown_slice_end
from {{ ref('int_eval_suite_owners') }} as o
inner join names as n on o.suite_id = n.suite_id
inner join {{ ref('int_periods') }} as t on o.period_id = t.period_id
inner join last_runs as l on o.suite_id = l.suite_id and o.period_id = l.period_id
left join {{ ref('int_eval_suite_use') }} as u on o.suite_id = u.suite_id and o.period_id = u.period_id
left join {{ ref('int_eval_suite_sizes') }} as s on o.suite_id = s.suite_id and o.period_id = s.period_id
where
    o.person_id is not null
    and o.share_high > 0
    and (o.basis = 'changes' or o.share_high >= {{ policy_threshold('owner_share') }})
    and l.last_run_on >= {{ add_days('t.period_start', -184) }}
