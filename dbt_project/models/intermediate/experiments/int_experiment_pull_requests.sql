-- Pull requests that an experiment names; a number means nothing without its repository.
with numbers as (
    select experiments.experiment_id, try_cast(n.number as bigint) as number
    from {{ ref('stg_experiments__experiments') }} as experiments
    {{ each(json_list('experiments.pull_request_numbers'), 'n', 'number') }}
),

places as (
    select projects.experiment_id, coalesce(projects.repository_id, members.repository_id) as repository_id
    from {{ ref('int_experiment_projects') }} as projects
    left join {{ ref('int_repository_projects') }} as members
        on projects.repository_id is null and projects.project_id = members.project_id
)

select numbers.experiment_id, min(pulls.pull_request_id) as pull_request_id
from numbers
inner join places on numbers.experiment_id = places.experiment_id
inner join {{ ref('stg_github__pull_requests') }} as pulls
    on places.repository_id = pulls.repository_id and numbers.number = pulls.number
group by numbers.experiment_id, numbers.number
having count(*) = 1
