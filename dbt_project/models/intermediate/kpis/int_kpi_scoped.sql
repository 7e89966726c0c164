-- Every record that a KPI counts, once for each scope and period that it belongs to.
with members as (
    select * from {{ ref('kpi_observations') }}
),

scopes as (
    select observation_id, 'organisation' as scope_kind, 'organisation' as scope_id from members
    union all
    select observation_id, 'team', team from members where team is not null
    union all
    select observation_id, 'project', project_id from members where project_id is not null
    union all
    select observation_id, 'artifact', artifact_id from members where artifact_id is not null
)

select members.*, scopes.scope_kind, scopes.scope_id, periods.period_id
from members
inner join scopes on members.observation_id = scopes.observation_id
inner join {{ ref('int_periods') }} as periods on members.observed_on >= periods.period_start and members.observed_on < periods.period_end
