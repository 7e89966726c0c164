-- What people have set aside of what shipped beside a launch, and whether it counts: the launch, the neighbour and the person must be known,
-- and nobody sets aside for their own launch.
with given as (
    select
        *,
        row_number() over (partition by launch, kind, neighbour order by dismissed_on, dismissed_by, reason) as place
    from {{ ref('stg_config__dismissed_neighbours') }}
),

launches as (
    select experiment_id, experiment_id as spelling from {{ ref('fct_experiments') }}
    union
    select min(experiment_id), native_id from {{ ref('fct_experiments') }}
    group by native_id
    having count(*) = 1
),

spellings as (
    select lower(account) as spelling, person_id from {{ ref('int_accounts_resolved') }}
    where kind = 'human' and person_id is not null
    union
    select lower(person_id), person_id from {{ ref('int_people') }}
    where kind = 'human'
),

people as (
    select spelling, min(person_id) as person_id
    from spellings
    group by spelling
    having count(distinct person_id) = 1
),

own as (
    select distinct experiment_id, person_id from {{ ref('int_experiment_people') }}
    where person_id is not null
)

select
    given.launch,
    given.kind,
    given.neighbour,
    given.dismissed_by,
    given.dismissed_on,
    given.reason,
    launches.experiment_id,
    people.person_id as dismissed_by_person_id,
    case
        when launches.experiment_id is null then 'no_such_launch'
        when near.experiment_id is null then 'no_such_neighbour'
        when people.person_id is null then 'unknown_person'
        when own.person_id is not null then 'own_launch'
        when given.place > 1 then 'said_already'
        else 'counts'
    end as state
from given
left join launches on given.launch = launches.spelling
left join {{ ref('int_launch_neighbours') }} as near
    on launches.experiment_id = near.experiment_id and given.kind = near.kind and given.neighbour = near.neighbour_id
left join people on lower(trim(given.dismissed_by)) = people.spelling
left join own on launches.experiment_id = own.experiment_id and people.person_id = own.person_id
