select
    {{ stable_hash(["'gated_release'", 'brought.shipment_key']) }} as gated_release_id,
    brought.pull_request_id,
    brought.repository_id,
    brought.gate_state,
    brought.gates,
    brought.outcomes,
    brought.is_prompt_change
from {{ ref('int_shipment_pull_requests') }} as brought
