-- When a project took up an artifact: the first counted fact of its declaring, running or relying on it. One event; later use is leverage,
-- never another adoption.
with counted as (
    select
        artifact_id, project_id, ledger_id, channel, rung, day_from, accepted_by_person_id, url,
        row_number() over (partition by artifact_id, project_id order by day_from, first_seen_at, ledger_id) as place
    from {{ ref('int_evidence_judged') }}
    where not_counted_reason is null and rung >= 2 and grain = 'half'
)

select
    {{ stable_hash(['artifact_id', 'project_id']) }} as adoption_id,
    artifact_id,
    project_id,
    day_from as adopted_on,
    channel,
    rung,
    ledger_id,
    accepted_by_person_id,
    url
from counted
where place = 1
