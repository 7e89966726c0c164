-- Where nobody declared an owner: the team whose members wrote most of a project's merged changes. A tie names nobody.
with authored as (
    select
        projects.project_id,
        spells.team,
        sum(authors.share) as changes
    from {{ ref('int_pull_request_authors') }} as authors
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on authors.pull_request_id = pulls.pull_request_id and pulls.merged_at is not null
    inner join {{ ref('int_repository_projects') }} as projects on pulls.repository_id = projects.repository_id
    inner join {{ ref('int_directory_spells') }} as spells
        on
            authors.person_id = spells.person_id
            and {{ utc_date('pulls.merged_at') }} >= spells.valid_from
            and ({{ utc_date('pulls.merged_at') }} < spells.valid_to or spells.valid_to is null)
    where authors.kind = 'human' and spells.team is not null
    group by projects.project_id, spells.team
),

ranked as (
    select
        *,
        -- Shares such as thirds do not add up exactly; a tie is a tie to six decimals.
        rank() over (partition by project_id order by round(changes, 6) desc) as place
    from authored
)

select project_id, min(team) as team
from ranked
where place = 1
group by project_id
having count(*) = 1
