-- What may have caused an incident, strongest link first: what its record names, what a fix that names it takes back, what was deployed
-- shortly before. Nothing is inferred from lines of code, and nothing here is about a person.
with links as (
    select
        incident_id, 'declared' as strength, 1 as place, method, target, pull_request_id, repository_id, sha, landed_at,
        cast(null as bigint) as deployment_id, cast(null as varchar) as environment, missing, url
    from {{ ref('int_incident_causes_declared') }}
    union all
    select
        incident_id, 'resolved', 2, method, '#' || number, pull_request_id, repository_id, sha, landed_at, null, null, null, url
    from {{ ref('int_incident_causes_reverted') }}
    union all
    select
        incident_id, 'possible', 3, method, 'deployment ' || deployment_id, pull_request_id, repository_id, sha, landed_at,
        deployment_id, environment, null, url
    from {{ ref('int_incident_causes_deployed') }}
)

select
    *,
    -- The latest of the strongest: the others stay beside it.
    missing is null
    and row_number() over (
        partition by incident_id
        order by case when missing is null then 0 else 1 end, place, landed_at desc nulls last, target
    ) = 1 as is_strongest
from links
