-- Every evidence row of the review lines that the organisation has switched on, by the columns that all lines share.
{% set lines = ['second_order_leverage', 'eval_ownership', 'prompt_provenance', 'experiment_impact', 'gate_catches', 'lead_time', 'kill_decision', 'difficulty', 'model_migration', 'invisible_work', 'custodianship', 'delivery', 'system_framing', 'project_context'] %}
with rows_of_lines as (
    {% for line in lines %}
    select
        {{ evidence_columns() | join(', ') }}
    from {{ ref('evidence_' ~ line) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

choice as (
    select {{ json_list("nullif(review_lines, 'null')") }} as review_lines from {{ ref('int_settings') }}
)

select r.*
from rows_of_lines as r
cross join choice as c
where {{ list_size('c.review_lines') }} = 0 or {{ list_has('c.review_lines', 'r.review_line') }}
