-- Who ran it: the envelope's actor, else whoever started the CI run, else the pull request's author behind a bot, else the
-- creator that the tool wrote down. Never a guess.
with claimed as (
    select claimed.*, located.repository_id, runs.created_by_raw
    from {{ ref('int_eval_runs_claimed') }} as claimed
    inner join {{ ref('int_eval_runs_located') }} as located on claimed.run_id = located.run_id
    inner join {{ ref('stg_evals__runs') }} as runs on claimed.run_id = runs.run_id
),

people as (
    select system, account, lower(account_login) as login, person_id
    from {{ ref('int_accounts_resolved') }}
    where kind = 'human' and person_id is not null
),

logins as (
    select login, min(person_id) as person_id
    from people
    where system = 'github' and login is not null
    group by login
    having count(distinct person_id) = 1
),

first_attempts as (
    select run_id, min_by(triggering_actor_id, run_attempt) as actor_id
    from {{ ref('stg_github__workflow_runs') }}
    group by run_id
),

candidates as (
    select claimed.run_id, people.person_id, 1 as rule, 'envelope_actor' as person_how
    from claimed
    inner join people on people.system = 'github' and cast(claimed.envelope_actor_id as varchar) = people.account
    union all
    select claimed.run_id, logins.person_id, 2, 'envelope_actor'
    from claimed
    inner join logins on claimed.envelope_actor = logins.login
    where claimed.envelope_actor_id is null
    union all
    select claimed.run_id, people.person_id, 3, 'ci_actor'
    from claimed
    inner join first_attempts on claimed.ci_run_id = first_attempts.run_id
    inner join people on people.system = 'github' and cast(first_attempts.actor_id as varchar) = people.account
    union all
    select claimed.run_id, people.person_id, 4, 'pull_request_author'
    from claimed
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on claimed.repository_id = pulls.repository_id and claimed.pull_request_number = pulls.number
    inner join people on people.system = 'github' and cast(pulls.author_id as varchar) = people.account
    union all
    select claimed.run_id, people.person_id, 5, 'created_by'
    from claimed
    inner join people on people.system = 'evals' and lower(trim(claimed.created_by_raw)) = people.account
)

select run_id, min_by(person_id, rule) as person_id, min_by(person_how, rule) as person_how
from candidates
group by run_id
