-- The path channels together, each declaration with who accepted it onto the default branch. What stood in a repository when it was
-- deleted ended with it; what stood in one that went out of sight is not observed since.
with declarations as (
    select * from {{ ref('int_ledger_manifests') }}
    union all
    select * from {{ ref('int_ledger_uses') }}
    union all
    select * from {{ ref('int_ledger_mentions') }}
    union all
    select * from {{ ref('int_ledger_imports') }}
    union all
    select * from {{ ref('int_ledger_vendored') }}
),

{{ accepted_declarations() }}

select
    artifact_id,
    repository_id,
    channel,
    case channel when 'doc_mention' then 1 else 2 end as rung,
    group_key,
    group_key || '|' || introduced_sha as natural_key,
    path,
    line,
    introduced_sha as sha,
    url,
    introduced_at as first_seen_at,
    ended_at as last_seen_at,
    {{ utc_date('introduced_at') }} as day_from,
    {{ utc_date('ended_at') }} as day_to,
    is_lost,
    is_similar,
    n_items,
    pull_request_number,
    case when acceptor_kind = 'human' then acceptor_id end as accepted_by_person_id,
    case when acceptor_kind in ('bot', 'ai_agent') then 'bot' when acceptor_kind = 'human' and acceptor_id is not null then 'human' else 'unknown' end
        as accepted_by_kind,
    accepted_how,
    'git' as source_system,
    source_kind,
    source_record_id
from accepted
