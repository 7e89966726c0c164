-- What else shipped, or broke, in the project within days of a launch that kept no control.
with launches as (
    select experiment_id, project_id, feature_flag_key, {{ utc_date('started_at') }} as launched_on
    from {{ ref('fct_experiments') }}
    where has_holdout = false and started_at is not null
),

-- Of the days on which a thing may have shipped, the one next to the launch.
beside as (
    select
        launches.experiment_id,
        launches.feature_flag_key as own_flags,
        things.*,
        {{ days_between('launches.launched_on', 'greatest(things.shipped_from, least(things.shipped_on, launches.launched_on))') }} as days_after
    from launches
    inner join {{ ref('int_shipped_things') }} as things
        on launches.project_id = things.project_id and launches.experiment_id <> things.id
),

near as (
    select * from beside
    where abs(days_after) <= {{ policy_threshold('no_holdout_days') }}
),

-- A change that is there by itself is not there a second time by its deployment.
listed as (
    select distinct experiment_id, pull_request_id from near
    where kind = 'prompt_change' and pull_request_id is not null
),

-- A ramp is many changes of one flag, and several tasks see one vendor's change: the one next to the launch stands for them.
foreign_to_it as (
    select
        near.*,
        row_number() over (
            partition by near.experiment_id, near.kind, near.id order by abs(near.days_after), near.days_after, near.shipped_on, near.source_url
        ) as nearness
    from near
    left join {{ ref('int_experiment_pull_requests') }} as own
        on near.experiment_id = own.experiment_id and near.pull_request_id = own.pull_request_id
    left join listed
        on near.kind = 'deployment' and near.experiment_id = listed.experiment_id and near.pull_request_id = listed.pull_request_id
    where
        -- Its own pull requests and flags are the launch, not another one.
        own.experiment_id is null
        and listed.experiment_id is null
        and (near.kind <> 'flag' or not coalesce({{ has_text("', ' || near.own_flags || ','", "', ' || near.id || ','") }}, false))
)

select experiment_id, kind, id as neighbour_id, name, shipped_from, shipped_on, days_after, source_url
from foreign_to_it
where nearness = 1
