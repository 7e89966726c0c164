-- Checkpoints of models of one's own, each once, from when it first answered users: the first day that a register tells, else the time between
-- two readings of a registry. Records that tell other data of it tell none.
select
    subject_id,
    min(project_id) as project_id,
    min(model) as model,
    min(checkpoint) as checkpoint,
    case when count(distinct data_version) = 1 then min(data_version) end as data_version,
    case when count(distinct base_model) = 1 then min(base_model) end as base_model,
    coalesce(min(started_at) filter (where started_after is null), min(started_at)) as started_at,
    case when count(started_at) = count(started_after) then {{ earliest('started_after', 'started_at') }} end as started_after,
    min(source_url) as source_url
from {{ ref('int_checkpoint_entries') }}
group by subject_id
