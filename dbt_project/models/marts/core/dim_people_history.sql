select
    {{ stable_hash(['person_id', 'valid_from']) }} as person_spell_id,
    person_id,
    team,
    manager_id as manager_person_id,
    level,
    valid_from,
    valid_to
from {{ ref('int_directory_spells') }}
