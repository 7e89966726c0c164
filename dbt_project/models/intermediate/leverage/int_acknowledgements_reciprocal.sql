-- Acknowledgements that are returned: their author holds a part of an artifact which an author of the acknowledged one acknowledges too.
with insiders as (
    select distinct artifact_id, person_id
    from {{ ref('int_artifact_author_shares') }}
    where person_id is not null and share_high >= {{ policy_threshold('insider_share') }}
),

given as (
    select s.statement_id, s.author_person_id, i.person_id as acknowledged_person_id
    from {{ ref('int_packet_statements') }} as s
    inner join insiders as i on s.artifact_id = i.artifact_id
    where s.kind = 'acknowledgement' and s.author_person_id is not null and s.author_person_id != i.person_id
)

select distinct g.statement_id
from given as g
inner join given as returned on g.author_person_id = returned.acknowledged_person_id and g.acknowledged_person_id = returned.author_person_id
