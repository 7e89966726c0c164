-- Silent reverts: a change whose text equals an earlier text of the same prompt takes back everything since.
with changes as (
    select * from {{ ref('int_prompt_changes_landed') }}
),

returns as (
    -- The youngest earlier change that started from the text which is back now.
    select later.prompt_change_id, later.prompt_id, later.landed_at, max(earlier.landed_at) as since
    from changes as later
    inner join changes as earlier
        on
            later.prompt_id = earlier.prompt_id
            and earlier.landed_at < later.landed_at
            and later.text_sha = earlier.previous_text_sha
    group by later.prompt_id, later.prompt_change_id, later.landed_at
)

select returns.prompt_change_id as reverting_change_id, undone.prompt_change_id as reverted_change_id
from returns
inner join changes as undone
    on returns.prompt_id = undone.prompt_id and undone.landed_at >= returns.since and undone.landed_at < returns.landed_at
