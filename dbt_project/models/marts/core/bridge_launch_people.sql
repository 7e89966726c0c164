-- People of a launch: those of its experiment, the authors of what a deployment brought, whoever first switched a flag on, who made
-- a checkpoint.
with pulls as (
    select launch_id, pull_request_id, count(*) over (partition by launch_id) as n_pulls
    from {{ ref('int_launch_pull_requests') }}
),

people as (
    select launches.launch_id, people.author_key, people.person_id, people.role, people.share, people.basis
    from {{ ref('fct_launches') }} as launches
    inner join {{ ref('int_experiment_people') }} as people
        on launches.subject_kind = 'experiment' and launches.subject_id = people.experiment_id
    union all
    select
        launches.launch_id,
        authors.author_key,
        min(authors.person_id),
        'pr_author',
        sum(authors.share / pulls.n_pulls),
        'each change that the deployment brought counts alike'
    from {{ ref('fct_launches') }} as launches
    inner join pulls on launches.launch_id = pulls.launch_id and launches.subject_kind = 'deployment'
    inner join {{ ref('int_pull_request_authors') }} as authors on pulls.pull_request_id = authors.pull_request_id
    group by launches.launch_id, authors.author_key
    union all
    select
        launches.launch_id, exposures.actor_person_id, exposures.actor_person_id, 'flag_actor', 1.0,
        'whoever first switched it on; who made it is not told'
    from {{ ref('fct_launches') }} as launches
    inner join {{ ref('int_launch_exposures') }} as exposures
        on launches.subject_kind = exposures.subject_kind and launches.subject_id = exposures.subject_id
    where exposures.actor_person_id is not null
    union all
    select
        {{ launch_id("'checkpoint'", 'checkpoints.subject_id') }},
        coalesce(accounts.person_id, makers.account),
        min(accounts.person_id),
        'checkpoint_maker',
        1.0 / count(*) over (partition by checkpoints.subject_id),
        'everybody whom the register names counts alike; of a registry, whoever registered the version'
    from {{ ref('int_checkpoint_entries') }} as checkpoints
    inner join {{ ref('int_checkpoint_makers') }} as makers
        on checkpoints.source_system = makers.source_system and checkpoints.source_record_id = makers.source_record_id
    left join {{ ref('int_accounts_resolved') }} as accounts
        on makers.source_system = accounts.system and makers.account = accounts.account and accounts.kind = 'human'
    group by checkpoints.subject_id, coalesce(accounts.person_id, makers.account)
)

select
    {{ stable_hash(['launch_id', 'role', 'author_key']) }} as launch_participant_id,
    launch_id,
    person_id,
    role,
    cast(share as double) as share,
    basis
from people
