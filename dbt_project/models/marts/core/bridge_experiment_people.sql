select
    {{ stable_hash(['experiment_id', 'role', 'author_key']) }} as experiment_participant_id,
    experiment_id,
    person_id,
    role,
    cast(share as double) as share,
    basis
from {{ ref('int_experiment_people') }}
