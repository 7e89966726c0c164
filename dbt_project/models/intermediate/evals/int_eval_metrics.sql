-- Metrics as the run's file says today: an edited log leaves rows of its former content behind.
select metrics.*
from {{ ref('stg_evals__metrics') }} as metrics
left join {{ ref('stg_evals__runs') }} as runs on metrics.run_id = runs.run_id
where runs.run_id is null or runs.content_sha is null or metrics.content_sha is null or metrics.content_sha = runs.content_sha
