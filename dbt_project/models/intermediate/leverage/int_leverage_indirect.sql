{{ config(materialized='by_key') }}
-- Use at second hand: a project that declares a counted project inherits from it, by the best path only and half as much with each step.
-- One step after the other finds the best path of each length; after the last one every value is below the floor (a dbt test holds that).
{% set most_steps = 4 %}
with edges as (
    select d.*, p.value_high * d.coverage * {{ policy_threshold('indirect_damping') }} as weight
    from {{ ref('int_project_dependencies') }} as d
    inner join {{ ref('attribution_policy') }} as p on p.is_current and p.rung = 2
),

-- What somebody with a tenth of the artifact accepts is no independent evidence, at second hand neither.
insiders as (
    select artifact_id, period_id, person_id
    from {{ ref('int_artifact_author_shares') }}
    where person_id is not null and share_high >= {{ policy_threshold('insider_share') }}
),

step_0 as (
    select
        d.artifact_id, d.project_id, d.period_id, d.u_high,
        least(1.0, d.u_high * (1 + {{ policy_threshold('policy_sensitivity') }})) as u_high_raised,
        d.project_id as via,
        {{ list_head(list_of(['d.project_id']), 0) }} as dependency_ids
    from {{ ref('int_leverage_direct') }} as d
    {{ only_due('d') }}
    where d.is_counted and d.u_high >= {{ policy_threshold('indirect_floor') }}
),
{% for step in range(1, most_steps + 1) %}
candidates_{{ step }} as (
    select
        s.artifact_id,
        e.user_project_id as project_id,
        s.period_id,
        s.u_high * e.weight as u_high,
        s.u_high_raised * e.weight as u_high_raised,
        s.via || ' > ' || e.user_project_id as via,
        {{ list_join('s.dependency_ids', list_of(['e.dependency_id'])) }} as dependency_ids,
        e.dependency_id
    from step_{{ step - 1 }} as s
    inner join edges as e on s.project_id = e.used_project_id and s.period_id = e.period_id
    inner join {{ ref('dim_artifacts') }} as a on s.artifact_id = a.artifact_id
    left join insiders as i on s.artifact_id = i.artifact_id and s.period_id = i.period_id and e.accepted_by_person_id = i.person_id
    where i.person_id is null and e.user_project_id is distinct from a.project_id and s.u_high * e.weight >= {{ policy_threshold('indirect_floor') }}
),

step_{{ step }} as (
    select artifact_id, project_id, period_id, u_high, best_raised as u_high_raised, via, dependency_ids
    from (
        select
            *,
            max(u_high_raised) over (partition by artifact_id, project_id, period_id) as best_raised,
            row_number() over (partition by artifact_id, project_id, period_id order by u_high desc, via, dependency_id) as place
        from candidates_{{ step }}
    ) as placed
    where place = 1
),
{% endfor %}
steps as (
    {% for step in range(1, most_steps + 1) %}
    select {{ step }} as n_steps, * from step_{{ step }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

best as (
    select
        *,
        max(u_high_raised) over (partition by artifact_id, project_id, period_id) as best_raised,
        row_number() over (partition by artifact_id, project_id, period_id order by u_high desc, n_steps, via) as place
    from steps
)

select artifact_id, project_id, period_id, u_high, best_raised as u_high_raised, n_steps, via, dependency_ids
from best
where place = 1
