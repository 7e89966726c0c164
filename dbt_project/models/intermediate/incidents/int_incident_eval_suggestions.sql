-- Incidents of which a machine would say that an eval should have caught them: an automation said so, or the strongest link to a cause
-- leads to changes of prompts, judges or goldens whose eval gates passed or never ran. A suggestion, and never more than that.
with eval_gates as (
    select distinct repository_id, gate from {{ ref('fct_gate_runs') }} where is_eval_gate
),

judged as (
    select
        pulls.pull_request_id,
        {{ earliest('pulls.final_state', gate_badness('pulls.final_state')) }} as gate_state
    from {{ ref('int_gate_pull_requests') }} as pulls
    inner join eval_gates on pulls.repository_id = eval_gates.repository_id and pulls.gate = eval_gates.gate
    group by pulls.pull_request_id
),

causing as (
    select incident_id, strength, pull_request_id from {{ ref('int_incident_causes') }}
    where is_strongest and pull_request_id is not null
    union
    select causes.incident_id, causes.strength, brought.pull_request_id
    from {{ ref('int_incident_causes') }} as causes
    inner join {{ ref('int_shipment_pull_requests') }} as brought on 'deployment:' || causes.deployment_id = brought.shipment_key
    where causes.is_strongest
),

by_causes as (
    select
        causing.incident_id,
        min(causing.strength) || ' cause touched an AI surface, eval gate '
        || case min(coalesce(judged.gate_state, 'no_run')) when 'green' then 'passed' when 'flaky_green' then 'passed after retries' else 'did not run' end
            as reason
    from causing
    inner join {{ ref('int_pull_request_ai_surfaces') }} as surfaces on causing.pull_request_id = surfaces.pull_request_id
    left join judged on causing.pull_request_id = judged.pull_request_id
    where coalesce(judged.gate_state, 'no_run') in ('green', 'flaky_green', 'no_run', 'not_exercised')
    group by causing.incident_id
),

by_automations as (
    select coalesce(twins.incident_id, said.record_id) as incident_id, 'set by an automation' as reason
    from {{ ref('int_incident_eval_statements') }} as said
    left join {{ ref('int_incident_twins') }} as twins on said.record_id = twins.record_id
    where said.is_automatic and said.said = 'yes'
),

reasons as (
    select * from by_causes
    union
    select * from by_automations
)

select incident_id, {{ joined_text('reason', '; ', 'reason') }} as reason
from reasons
group by incident_id
