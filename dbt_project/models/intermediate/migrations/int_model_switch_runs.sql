-- Eval runs of the new model in a repository that switched to it, from 60 days before until 42 days after, each with the last run of the
-- former model on the same task. Another dataset, scorer or judge in between is a different ruler: such a pair is not compared.
with paired as (
    select
        switches.model_switch_id,
        switches.model_migration_id,
        newer.eval_run_id,
        newer.task_name,
        newer.started_at,
        newer.person_id,
        newer.primary_metric,
        former.eval_run_id as run_before_id,
        {{ comparability('former', 'newer') }} as comparability,
        former.started_at as before_at
    from {{ ref('int_model_switches') }} as switches
    inner join {{ ref('int_eval_run_rulers') }} as newer on switches.repository_id = newer.repository_id and switches.to_key = newer.model_key
    inner join {{ ref('int_eval_run_rulers') }} as former
        on
            newer.repository_id = former.repository_id
            and newer.task_name = former.task_name
            and switches.from_key = former.model_key
            and former.started_at <= newer.started_at
    where
        newer.started_at >= {{ instant_plus_days('switches.switched_at', -60) }}
        and newer.started_at < {{ instant_plus_days('switches.switched_at', 42) }}
        and former.started_at >= {{ instant_plus_days('switches.switched_at', -60) }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by model_switch_id, eval_run_id
            order by case when comparability = 'comparable' then 0 else 1 end, before_at desc, run_before_id
        ) as place
    from paired
)

select model_switch_id, model_migration_id, task_name, eval_run_id, run_before_id, started_at, person_id, primary_metric, comparability
from ranked
where place = 1
