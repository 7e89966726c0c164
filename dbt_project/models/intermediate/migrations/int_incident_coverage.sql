-- From when to when each connected source of incidents was read whole. What lies outside is not known to be without incidents.
with begun as (
    select 'jira' as source, min(created_at) as begins_at from {{ ref('stg_jira__issues') }}
    union all
    select 'incidents', min(created_at) from {{ ref('stg_incidents__incidents') }}
    union all
    -- Where no label says which issues are incidents, GitHub is no source of them.
    select 'github', min(created_at) from {{ ref('stg_github__issues') }}
    where exists (select 1 from {{ ref('stg_config__incident_labels') }} as labels where labels.meaning = 'incident')
),

reads as (
    select source, max(ended_at) as read_until
    from {{ ref('stg_ops__outcomes') }}
    where state = 'done'
    group by source
)

select begun.source, begun.begins_at, reads.read_until, begun.source in (select held.source from {{ ref('stg_ops__held_back') }} as held) as is_held_back
from begun
left join reads on begun.source = reads.source
where begun.begins_at is not null
