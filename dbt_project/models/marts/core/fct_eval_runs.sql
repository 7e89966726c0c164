select * from {{ ref('int_eval_runs') }}
