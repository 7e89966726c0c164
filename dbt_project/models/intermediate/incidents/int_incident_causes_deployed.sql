-- Deployments of a repository that an incident is about, shipped in the hours before it began: they may have caused it, no more than that.
-- The pull request is named where the deployment brought exactly one.
with brought as (
    select shipment_key, case when count(*) = 1 then min(pull_request_id) end as pull_request_id
    from {{ ref('int_shipment_pull_requests') }}
    group by shipment_key
)

select
    repositories.incident_id,
    'deployment_before' as method,
    shipments.deployment_id,
    shipments.environment,
    shipments.repository_id,
    shipments.sha,
    shipments.shipped_at as landed_at,
    shipments.source_url as url,
    brought.pull_request_id
from {{ ref('int_incident_repositories') }} as repositories
inner join {{ ref('int_incident_begins') }} as incidents on repositories.incident_id = incidents.incident_id
inner join {{ ref('int_shipments') }} as shipments
    on
        repositories.repository_id = shipments.repository_id
        and shipments.kind = 'deployment'
        and shipments.shipping_state = 'shipped'
        and shipments.shipped_at <= incidents.began_at
        and {{ minutes_between('shipments.shipped_at', 'incidents.began_at') }} <= 60 * {{ policy_threshold('incident_deployment_hours') }}
left join brought on shipments.shipment_key = brought.shipment_key
