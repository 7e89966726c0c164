-- Who made a failed attempt: the authors of its change or pull request, or the people of an experiment.
select failed.failed_attempt_id, authors.person_id
from {{ ref('int_failed_before') }} as failed
inner join {{ ref('int_prompt_authors') }} as authors on failed.failed_change_id = authors.prompt_change_id
where authors.kind = 'human' and authors.person_id is not null
union
select failed.failed_attempt_id, authors.person_id
from {{ ref('int_failed_before') }} as failed
inner join {{ ref('int_pull_request_authors') }} as authors on failed.pull_request_id = authors.pull_request_id
where failed.failed_change_id is null and authors.kind = 'human' and authors.person_id is not null
union
select failed.failed_attempt_id, people.person_id
from {{ ref('int_failed_before') }} as failed
inner join {{ ref('int_experiment_people') }} as people on failed.experiment_id = people.experiment_id
where failed.failed_change_id is null and people.person_id is not null
