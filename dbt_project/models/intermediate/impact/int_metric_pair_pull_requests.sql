-- Pull requests whose change a metric pair is about: that of a prompt or of a model, and those that an experiment or a launch names.
with named as (
    select 'prompt_change' as change_kind, prompt_change_id as change_id, pull_request_id from {{ ref('fct_prompt_changes') }}
    union
    select 'model_switch', model_switch_id, pull_request_id from {{ ref('fct_model_switches') }}
    union
    select 'experiment', experiment_id, pull_request_id from {{ ref('int_experiment_pull_requests') }}
    union
    select launches.subject_kind, launches.subject_id, pulls.pull_request_id
    from {{ ref('fct_launches') }} as launches
    inner join {{ ref('int_launch_pull_requests') }} as pulls on launches.launch_id = pulls.launch_id
    where launches.subject_kind in ('deployment', 'flag')
)

select pairs.metric_pair_id, named.pull_request_id
from {{ ref('fct_metric_pairs') }} as pairs
inner join named on pairs.change_kind = named.change_kind and pairs.change_id = named.change_id
where named.pull_request_id is not null
