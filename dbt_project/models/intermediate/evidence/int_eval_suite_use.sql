-- How a suite was used in a period: runs, who ran it, what stayed unscored, and which failure modes caught a change.
with runs as (
    select
        r.kind || ':' || r.task_name as suite_id,
        t.period_id,
        r.eval_run_id,
        p.person_id,
        coalesce(r.n_samples, 0) as n_samples,
        coalesce(r.n_unscored, 0) as n_unscored,
        r.status
    from {{ ref('fct_eval_runs') }} as r
    inner join {{ ref('int_periods') }} as t
        on {{ utc_date('r.started_at') }} >= t.period_start and {{ utc_date('r.started_at') }} < t.period_end
    left join {{ ref('dim_people') }} as p on r.person_id = p.person_id and p.kind = 'human'
    where r.task_name is not null
),

-- A mode caught a regression when one of its samples failed at the red head and passed at the fixed one.
modes as (
    select r.suite_id, r.period_id, count(distinct red.failure_mode) as n_modes
    from {{ ref('fct_gate_catches') }} as c
    inner join runs as r on c.red_eval_run_id = r.eval_run_id
    inner join {{ ref('fct_eval_samples') }} as red on c.red_eval_run_id = red.eval_run_id and not red.is_passed
    inner join {{ ref('fct_eval_samples') }} as green
        on
            c.green_eval_run_id = green.eval_run_id and red.sample_key = green.sample_key and red.epoch = green.epoch
            and red.scorer = green.scorer and green.is_passed
    where c.counts_low
    group by r.suite_id, r.period_id
),

people as (
    select
        r.suite_id, r.period_id,
        count(distinct case when coalesce(o.share_high, 0) < {{ policy_threshold('owner_share') }} then r.person_id end) as n_others,
        count(case when r.person_id is not null and coalesce(o.share_high, 0) < {{ policy_threshold('owner_share') }} then 1 end) as n_runs_by_others
    from runs as r
    left join {{ ref('int_eval_suite_owners') }} as o on r.suite_id = o.suite_id and r.period_id = o.period_id and r.person_id = o.person_id
    group by r.suite_id, r.period_id
)

select
    r.suite_id,
    r.period_id,
    count(*) as n_runs,
    sum(r.n_samples) as n_samples,
    sum(r.n_unscored) as n_unscored,
    count(case when r.status in ('error', 'cancelled') then 1 end) as n_broken,
    count(case when r.person_id is null then 1 end) as n_runs_by_nobody,
    min(p.n_others) as n_others,
    min(p.n_runs_by_others) as n_runs_by_others,
    coalesce(min(m.n_modes), 0) as n_modes_caught
from runs as r
left join people as p on r.suite_id = p.suite_id and r.period_id = p.period_id
left join modes as m on r.suite_id = m.suite_id and r.period_id = m.period_id
group by r.suite_id, r.period_id
