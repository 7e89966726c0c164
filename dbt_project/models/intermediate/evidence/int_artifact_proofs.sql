-- What an engineer's share of an artifact stands on: the merged changes that carry credit, and the repository whose lines were counted.
select
    b.person_id,
    c.artifact_id,
    t.period_id,
    'github' as source_system,
    'pull_requests' as source_kind,
    cast(c.pull_request_id as varchar) as source_record_id
from {{ ref('int_artifact_changes') }} as c
inner join {{ ref('int_periods') }} as t on c.merged_on < t.period_end
inner join {{ ref('bridge_pull_request_authors') }} as b on c.pull_request_id = b.pull_request_id
where b.kind = 'human' and b.person_id is not null
union all
select s.person_id, s.artifact_id, s.period_id, 'git', 'repositories', a.repository_id
from {{ ref('int_artifact_line_shares') }} as s
inner join {{ ref('dim_artifacts') }} as a on s.artifact_id = a.artifact_id
where s.person_id is not null
union all
select person_id, artifact_id, period_id, 'people', 'splits', source_record_id
from {{ ref('int_artifact_signed_shares') }}
union all
select s.person_id, c.artifact_id, t.period_id, 'people', 'splits', s.source_record_id
from {{ ref('int_artifact_changes') }} as c
inner join {{ ref('int_periods') }} as t on c.merged_on < t.period_end
inner join {{ ref('int_pull_request_signed_shares') }} as s on c.pull_request_id = s.pull_request_id
