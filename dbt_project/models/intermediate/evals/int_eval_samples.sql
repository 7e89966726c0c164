-- Samples as the run's file says today: an edited log leaves rows of its former content behind.
select samples.*
from {{ ref('stg_evals__samples') }} as samples
left join {{ ref('stg_evals__runs') }} as runs on samples.run_id = runs.run_id
where runs.run_id is null or runs.content_sha is null or samples.content_sha is null or samples.content_sha = runs.content_sha
