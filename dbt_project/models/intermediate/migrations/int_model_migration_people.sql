-- Shares of a migration by two readings, each summing to one: who made the switches; and the same with every suite that ran with both
-- models as one more part, of whoever ran the new model on it.
with switch_authors as (
    select s.model_migration_id, s.model_switch_id, a.author_key, min(a.person_id) as person_id, sum(a.share) as parts
    from {{ ref('int_model_switches') }} as s
    inner join {{ ref('int_pull_request_authors') }} as a on s.pull_request_id = a.pull_request_id
    group by s.model_migration_id, s.model_switch_id, a.author_key
    union all
    select s.model_migration_id, s.model_switch_id, a.author_key, a.person_id, a.share
    from {{ ref('int_model_switches') }} as s
    inner join {{ ref('int_commit_authors') }} as a on s.repository_id = a.repository_id and s.sha = a.sha
    where s.pull_request_id is null
),

runners as (
    select
        model_migration_id,
        coalesce(person_id, 'unknown') as author_key,
        min(person_id) as person_id,
        count(*) * 1.0 / sum(count(*)) over (partition by model_migration_id, model_switch_id, task_name) as parts
    from {{ ref('int_model_switch_runs') }}
    where comparability = 'comparable'
    group by model_migration_id, model_switch_id, task_name, coalesce(person_id, 'unknown')
),

parts as (
    select model_migration_id, author_key, person_id, parts as switch_parts, 0.0 as run_parts from switch_authors
    union all
    select model_migration_id, author_key, person_id, 0.0, parts from runners
),

people as (
    select model_migration_id, min(person_id) as person_id, coalesce(person_id, author_key) as author_key, sum(switch_parts) as switch_parts, sum(run_parts) as run_parts
    from parts
    group by model_migration_id, coalesce(person_id, author_key)
),

shares as (
    select
        *,
        switch_parts / sum(switch_parts) over (partition by model_migration_id) as share_of_switches,
        (switch_parts + run_parts) / sum(switch_parts + run_parts) over (partition by model_migration_id) as share_of_all
    from people
)

select
    model_migration_id,
    author_key,
    person_id,
    case when switch_parts > 0 and run_parts > 0 then 'switched_and_compared' when switch_parts > 0 then 'switched' else 'compared' end as basis,
    least(share_of_switches, share_of_all) as share_low,
    (share_of_switches + share_of_all) / 2 as share_mid,
    greatest(share_of_switches, share_of_all) as share_high
from shares
