-- What else shipped in the project within days of a launch that kept no control.
with launches as (
    select experiment_id, project_id, {{ utc_date('started_at') }} as launched_on, name, feature_flag_key, source_url
    from {{ ref('fct_experiments') }}
    where has_holdout = false and started_at is not null
),

-- Where the type of an environment is not told it may be production.
flags as (
    select project_id, flag_key, {{ utc_date('changed_at') }} as changed_on, {{ earliest('source_url', 'changed_at') }} as source_url
    from {{ ref('fct_flag_changes') }}
    where change in ('enabled', 'disabled', 'targeting', 'variants') and coalesce(environment_type, 'production') = 'production'
    group by project_id, flag_key, {{ utc_date('changed_at') }}
),

others as (
    select 'launch' as kind, experiment_id as id, project_id, launched_on as shipped_on, name, source_url, cast(null as varchar) as pull_key
    from launches
    union all
    select 'prompt_change', prompt_change_id, project_id, {{ utc_date('landed_at') }}, path, source_url, cast(pull_request_id as varchar)
    from {{ ref('fct_prompt_changes') }}
    where landed_at is not null
    union all
    select 'flag', flag_key, project_id, changed_on, flag_key, source_url, null from flags
),

near as (
    select
        launches.experiment_id,
        launches.feature_flag_key as own_flags,
        others.*,
        {{ days_between('launches.launched_on', 'others.shipped_on') }} as days_after
    from launches
    inner join others on launches.project_id = others.project_id and launches.experiment_id <> others.id
),

-- A ramp is many changes of one flag: the one next to the launch stands for it.
foreign_to_it as (
    select
        near.*,
        row_number() over (partition by near.experiment_id, near.kind, near.id order by abs(near.days_after), near.days_after) as nearness
    from near
    left join {{ ref('int_experiment_pull_requests') }} as own
        on near.experiment_id = own.experiment_id and near.pull_key = cast(own.pull_request_id as varchar)
    where
        abs(near.days_after) <= {{ policy_threshold('no_holdout_days') }}
        -- Its own pull requests and flags are the launch, not another one.
        and own.experiment_id is null
        and (near.kind <> 'flag' or not coalesce({{ has_text("', ' || near.own_flags || ','", "', ' || near.id || ','") }}, false))
)

select
    {{ stable_hash(['experiment_id', 'kind', 'id']) }} as launch_neighbour_id,
    experiment_id,
    kind,
    id as neighbour_id,
    name,
    shipped_on,
    days_after,
    source_url
from foreign_to_it
where nearness = 1
