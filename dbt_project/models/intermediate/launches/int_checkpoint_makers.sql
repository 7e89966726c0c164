-- Who made each checkpoint, as its register names them.
select
    checkpoints.entry_id,
    lower(trim(each_maker.maker)) as account,
    {{ day_start('checkpoints.valid_from') }} as started_at
from {{ ref('stg_registers__checkpoints') }} as checkpoints
{{ each(json_list('checkpoints.makers'), 'each_maker', 'maker') }}
