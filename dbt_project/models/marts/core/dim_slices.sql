-- What registers say of slices, each statement once; statements about one slice that hold at one time and differ are marked.
with told as (
    select
        product, slice, owner, importance, tasks, valid_from, valid_to,
        {{ stable_hash(['product', 'slice', 'owner', 'importance', 'tasks', 'valid_from', 'valid_to']) }} as slice_spell_id,
        min(_source_url) as source_url
    from {{ ref('stg_registers__slices') }}
    group by product, slice, owner, importance, tasks, valid_from, valid_to
),

contradicted as (
    select distinct told.slice_spell_id
    from told
    inner join told as other
        on
            told.product = other.product and told.slice = other.slice and told.slice_spell_id != other.slice_spell_id
            and {{ overlaps('told', 'other') }}
)

select
    told.slice_spell_id,
    {{ stable_hash(['told.product', 'told.slice']) }} as slice_id,
    told.product,
    told.slice,
    told.tasks,
    accounts.person_id as owner_person_id,
    told.owner is not null and accounts.person_id is null as is_owner_unresolved,
    told.importance,
    told.valid_from,
    told.valid_to,
    contradicted.slice_spell_id is not null as is_contradicted,
    told.source_url
from told
left join contradicted on told.slice_spell_id = contradicted.slice_spell_id
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'registers' and lower(trim(told.owner)) = accounts.account and accounts.kind = 'human'
