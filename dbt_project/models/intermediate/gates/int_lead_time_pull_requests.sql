-- Merged pull requests of people in the whole weeks around a project's adoption of an artifact's gate, by week from the adoption's,
-- which is 0 and of neither side: at most a year before and half a year after.
with adoptions as (
    select *, {{ week_start('adopted_on') }} as adoption_week from {{ ref('int_gate_adoptions') }}
),

extent as (
    -- The last week that was over when the data was read.
    select {{ week_start('max(observed_until)') }} as current_week from {{ ref('int_periods') }}
),

merged as (
    select
        times.pull_request_id,
        times.project_id,
        {{ week_start(utc_date('times.merged_at')) }} as week,
        times.commit_to_merge_minutes / 60.0 as hours
    from {{ ref('fct_lead_times') }} as times
    inner join {{ ref('fct_pull_requests') }} as pulls on times.pull_request_id = pulls.pull_request_id
    where
        times.merge_state = 'value' and times.commit_to_merge_minutes >= 0
        and pulls.author_kind = 'human' and not pulls.is_trivial and not pulls.is_dependency_bump
)

select
    adoptions.project_id,
    adoptions.artifact_id,
    adoptions.adopted_on,
    merged.pull_request_id,
    merged.hours,
    {{ days_between('adoptions.adoption_week', 'merged.week') }} / 7 as week_place
from adoptions
cross join extent
inner join merged on adoptions.project_id = merged.project_id and merged.week < extent.current_week
where
    {{ days_between('adoptions.adoption_week', 'merged.week') }} between -364 and 182
    and merged.week != adoptions.adoption_week
