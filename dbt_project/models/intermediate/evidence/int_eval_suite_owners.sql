-- Who owns a suite at the end of a period: by changes of its files where there are any, else by who runs it. Two estimators each way.
with measured as (
    select suite_id, t.period_id, 'changes' as basis, 1 as preference, person_id, cast(share as double) as first_weight, cast(n_lines as double) as second_weight
    from {{ ref('int_eval_suite_changes') }} as c
    inner join {{ ref('int_periods') }} as t on c.landed_on < t.period_end
    union all
    select
        r.kind || ':' || r.task_name, t.period_id, 'runs', 2, p.person_id, 1.0,
        -- The second estimator counts each day once, however often it was run.
        1.0 / count(*) over (partition by r.kind, r.task_name, t.period_id, p.person_id, {{ utc_date('r.started_at') }})
    from {{ ref('fct_eval_runs') }} as r
    inner join {{ ref('int_periods') }} as t on {{ utc_date('r.started_at') }} < t.period_end
    left join {{ ref('dim_people') }} as p on r.person_id = p.person_id and p.kind = 'human'
    where r.task_name is not null
),

preferred as (
    select *, min(preference) over (partition by suite_id, period_id) as best
    from measured
),

people as (
    select suite_id, period_id, basis, person_id, sum(first_weight) as first_weight, sum(second_weight) as second_weight
    from preferred
    where preference = best
    group by suite_id, period_id, basis, person_id
),

shares as (
    select
        *,
        first_weight / sum(first_weight) over (partition by suite_id, period_id) as first_share,
        -- Changes that only remove lines leave one estimator.
        coalesce(
            second_weight / nullif(sum(second_weight) over (partition by suite_id, period_id), 0),
            first_weight / sum(first_weight) over (partition by suite_id, period_id)
        ) as second_share
    from people
)

select
    suite_id,
    period_id,
    basis,
    person_id,
    least(first_share, second_share) as share_low,
    (first_share + second_share) / 2 as share_mid,
    greatest(first_share, second_share) as share_high
from shares
