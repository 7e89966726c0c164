-- How old the data is, per source and table; ages are the reader's to compute, so that equal input builds equal tables.
with steps as (
    select * from {{ ref('stg_ops__outcomes') }}
    where source is not null and table_name is not null
),

latest as (
    select *, row_number() over (partition by source, table_name order by ended_at desc, outcome_id asc) as place
    from steps
)

select
    steps.source,
    steps.table_name,
    max(steps.ended_at) filter (where steps.state = 'done') as last_done_at,
    max(steps.ended_at) as last_attempt_at,
    max(latest.state) as last_state,
    max(steps.ended_at) filter (where steps.rows_changed > 0) as last_changed_at
from steps
inner join latest on steps.source = latest.source and steps.table_name = latest.table_name and latest.place = 1
group by steps.source, steps.table_name
