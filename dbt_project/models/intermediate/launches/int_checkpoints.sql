-- Checkpoints of models of one's own, each once, from the first day on which it answered users. Rows that name it twice with other data
-- tell no data.
with placed as (
    select
        entries.*,
        coalesce(spellings.project_id, 'unknown') || '@' || entries.model || ':' || entries.checkpoint as subject_id,
        spellings.project_id
    from {{ ref('stg_registers__checkpoints') }} as entries
    left join {{ ref('int_project_spellings') }} as spellings on lower(trim(entries.project)) = spellings.spelling
)

select
    subject_id,
    min(project_id) as project_id,
    min(model) as model,
    min(checkpoint) as checkpoint,
    case when count(distinct data_version) = 1 then min(data_version) end as data_version,
    case when count(distinct base_model) = 1 then min(base_model) end as base_model,
    min({{ day_start('valid_from') }}) as started_at,
    min(coalesce(url, _source_url)) as source_url,
    {{ distinct_list('entry_id') }} as entry_ids
from placed
group by subject_id
