-- What people say of an incident, whether an eval should have caught it: the record that counts before others of the same incident, a
-- field before a label. Others that disagree say nothing.
with statements as (
    select
        coalesce(twins.incident_id, said.record_id) as incident_id,
        said.*,
        case when twins.record_id is not null then 3 when said.how = 'field' then 1 else 2 end as place
    from {{ ref('int_incident_eval_statements') }} as said
    left join {{ ref('int_incident_twins') }} as twins on said.record_id = twins.record_id
    where not said.is_automatic
),

first_places as (
    select *, min(place) over (partition by incident_id) as first_place from statements
)

select
    incident_id,
    min(said) as eval_attributable,
    case when first_place = 3 then 'other_record' else min(how) end as eval_attributable_how,
    case when count(distinct person_id) = 1 then min(person_id) end as eval_attributable_by_person_id,
    max(said_at) as eval_attributable_at
from first_places
where place = first_place
group by incident_id, first_place
having count(distinct said) = 1
