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

-- A direct push is accepted by whoever wrote the commit that put it on the default branch.
pushes as (
    select
        introduced.repository_id,
        introduced.sha,
        coalesce(landing.author_person_id, introduced.author_person_id) as person_id,
        coalesce(landing.author_kind, introduced.author_kind) as kind
    from {{ ref('fct_commits') }} as introduced
    left join {{ ref('fct_commits') }} as landing
        on introduced.repository_id = landing.repository_id and introduced.landed_sha = landing.sha
),

writers as (
    select account as email, person_id, kind
    from {{ ref('int_accounts_resolved') }}
    where system = 'git'
),

accepted as (
    select
        d.*,
        p.pull_request_id,
        case when p.pull_request_id is not null then p.accepted_by_kind else coalesce(c.kind, w.kind, 'unknown') end as acceptor_kind,
        case when p.pull_request_id is not null then p.accepted_by_person_id else coalesce(c.person_id, w.person_id) end as acceptor_id,
        case when p.pull_request_id is not null then p.accepted_how else 'pushed it' end as accepted_how,
        coalesce(d.removed_at, r.gone_at) as ended_at,
        d.removed_at is null and coalesce(r.gone_state = 'access_lost', false) as is_lost
    from declarations as d
    left join {{ ref('int_pull_request_acceptors') }} as p
        on d.repository_id = p.repository_id and d.pull_request_number = p.number
    left join pushes as c on d.repository_id = c.repository_id and d.introduced_sha = c.sha
    left join writers as w on lower(d.author_email) = w.email
    left join {{ ref('int_repositories') }} as r on d.repository_id = r.repository_id
)

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
