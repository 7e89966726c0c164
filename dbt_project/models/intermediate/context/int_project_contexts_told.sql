-- What a manager says of a project in an engineer's half-year: of the engineer before of everybody, later before earlier. Nobody tells their own.
with accounts as (
    select account, person_id from {{ ref('int_accounts_resolved') }} where system = 'registers' and kind = 'human'
),

told as (
    select r.*, p.project_id, whom.person_id, teller.person_id as told_by_person_id
    from {{ ref('stg_registers__project_contexts') }} as r
    inner join {{ ref('int_project_spellings') }} as p on lower(trim(r.project)) = p.spelling
    inner join accounts as teller on lower(trim(r.told_by)) = teller.account
    left join accounts as whom on lower(trim(r.person)) = whom.account
    -- A statement about somebody unknown is about nobody, and not about all.
    where r.person is null or whom.person_id is not null
),

ranked as (
    select
        s.person_id, s.project_id, s.period_id, t.entry_id, t.ambiguity, t.dependencies, t.novelty, t.reason, t.told_by_person_id,
        row_number() over (
            partition by s.person_id, s.project_id, s.period_id order by t.person_id is null, t.valid_from desc, t.entry_id
        ) as place
    from {{ ref('int_project_stints') }} as s
    inner join told as t
        on
            s.project_id = t.project_id
            and (t.person_id is null or t.person_id = s.person_id)
            and t.told_by_person_id <> s.person_id
            and t.valid_from < s.period_end
            and (t.valid_to is null or t.valid_to > s.period_start)
)

select person_id, project_id, period_id, entry_id, ambiguity, dependencies, novelty, reason, told_by_person_id
from ranked
where place = 1
