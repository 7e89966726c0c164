-- Checks that were asked for of a pull request.
select
    pulls.pull_request_id,
    required.gate,
    required.app_id,
    true as is_required,
    required.required_how
from {{ ref('stg_github__pull_requests') }} as pulls
inner join {{ ref('int_gates_required') }} as required on pulls.repository_id = required.repository_id and pulls.base_ref = required.branch
