-- Channels ack and packet_mention: a packet acknowledges an artifact, or names it in passing.
select
    artifact_id,
    cast(null as bigint) as repository_id,
    project_id,
    case kind when 'acknowledgement' then 'ack' else 'packet_mention' end as channel,
    case kind when 'acknowledgement' then 3 else 1 end as rung,
    packet_id as group_key,
    statement_id as natural_key,
    cast(null as varchar) as path,
    line,
    cast(null as varchar) as sha,
    url,
    {{ day_start('said_on') }} as first_seen_at,
    {{ day_start('said_on') }} as last_seen_at,
    said_on as day_from,
    {{ add_days('said_on', 1) }} as day_to,
    author_person_id as accepted_by_person_id,
    author_kind as accepted_by_kind,
    'wrote it' as accepted_how,
    'packets' as source_system,
    'statements' as source_kind,
    statement_id as source_record_id
from {{ ref('int_packet_statements') }}
where said_on is not null
