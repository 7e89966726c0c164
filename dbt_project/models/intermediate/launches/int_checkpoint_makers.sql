-- Who made each checkpoint, as its register names them, or whoever registered the version.
select
    'registers' as source_system,
    checkpoints.entry_id as source_record_id,
    lower(trim(each_maker.maker)) as account,
    {{ day_start('checkpoints.valid_from') }} as started_at
from {{ ref('stg_registers__checkpoints') }} as checkpoints
{{ each(json_list('checkpoints.makers'), 'each_maker', 'maker') }}
union all
select 'evals', {{ record_id(['store', 'name', 'version']) }}, lower(trim(created_by_raw)), registered_at
from {{ ref('stg_evals__model_versions') }}
where created_by_raw is not null
