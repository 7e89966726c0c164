-- Pull requests that made what was launched: those that the experiment names, or those of AI surfaces that the deployment brought.
select
    {{ launch_id("'experiment'", 'experiment_id') }} as launch_id,
    pull_request_id
from {{ ref('int_experiment_pull_requests') }}
where pull_request_id is not null
union
select
    {{ launch_id("'deployment'", "shipments.repository_id || '@' || shipments.sha") }},
    pulls.pull_request_id
from {{ ref('int_shipments') }} as shipments
inner join {{ ref('int_shipment_pull_requests') }} as pulls on shipments.shipment_key = pulls.shipment_key
inner join {{ ref('int_pull_request_ai_surfaces') }} as surfaces on pulls.pull_request_id = surfaces.pull_request_id
where shipments.kind = 'deployment' and shipments.shipping_state = 'shipped'
