-- People of an experiment. Its owner counts as one part and every named pull request as one part, split among its authors.
with owners as (
    select
        experiments.experiment_id,
        coalesce(accounts.person_id, 'unknown:' || lower(trim(experiments.owner_raw))) as author_key,
        accounts.person_id,
        'owner' as role,
        1.0 as parts
    from {{ ref('stg_experiments__experiments') }} as experiments
    left join {{ ref('int_accounts_resolved') }} as accounts
        on accounts.system = 'experiments' and lower(trim(experiments.owner_raw)) = accounts.account and accounts.kind = 'human'
    where nullif(trim(experiments.owner_raw), '') is not null
),

writers as (
    select links.experiment_id, authors.author_key, min(authors.person_id) as person_id, 'pr_author' as role, sum(authors.share) as parts
    from {{ ref('int_experiment_pull_requests') }} as links
    inner join {{ ref('int_pull_request_authors') }} as authors on links.pull_request_id = authors.pull_request_id
    group by links.experiment_id, authors.author_key
),

people as (
    select * from owners
    union all
    select * from writers
),

counted as (
    select
        *,
        sum(parts) over (partition by experiment_id) as all_parts,
        bool_or(role = 'pr_author') over (partition by experiment_id) as has_code
    from people
)

select
    experiment_id,
    author_key,
    person_id,
    role,
    parts / all_parts as share,
    case when has_code then 'owner and each linked pull request count alike' else 'owner named by the experiment store' end as basis
from counted
