-- Channel xref: the text of a pull request, an issue or a Jira issue names the artifact, or something that only looks like it.
with texts as (
    select
        'pull_requests' as source_kind,
        'github' as source_system,
        cast(pull_request_id as varchar) as source_record_id,
        repository_id,
        cast(null as varchar) as project_id,
        lower(coalesce(title, '') || ' ' || coalesce(body, '')) as words,
        'github' as account_system,
        cast(author_id as varchar) as account,
        created_at,
        _source_url as url
    from {{ ref('stg_github__pull_requests') }}
    union all
    select
        'issues', 'github', cast(issue_id as varchar), repository_id, cast(null as varchar),
        lower(coalesce(title, '') || ' ' || coalesce(body, '')), 'github', cast(author_id as varchar), created_at, _source_url
    from {{ ref('stg_github__issues') }}
    union all
    select
        'issues', 'jira', issue_id, cast(null as varchar), 'jira:' || coalesce(project_key, project_id),
        lower(coalesce(summary, '') || ' ' || coalesce(description, '')), 'jira', reporter_id, created_at, _source_url
    from {{ ref('stg_jira__issues') }}
),

spellings as (
    select artifact_id, identifier, valid_from, valid_to, {{ whole_name_regex('identifier') }} as pattern
    from {{ ref('int_artifact_identifiers') }}
    where identifier_kind in ('repository', 'package', 'name')
),

-- A name found only inside a longer one is kept as a look-alike.
named as (
    select
        s.artifact_id,
        t.source_system,
        t.source_kind,
        t.source_record_id,
        max(case when {{ matches('t.words', 's.pattern') }} then 1 else 0 end) as is_exact
    from texts as t
    inner join spellings as s on {{ has_text('t.words', 's.identifier') }} and {{ is_valid_at('s', 't.created_at') }}
    group by s.artifact_id, t.source_system, t.source_kind, t.source_record_id
)

select
    n.artifact_id,
    t.repository_id,
    t.project_id,
    'xref' as channel,
    1 as rung,
    case when n.is_exact = 1 then '' else 'similar' end as group_key,
    t.source_system || '|' || t.source_kind || '|' || t.source_record_id as natural_key,
    cast(null as varchar) as path,
    cast(null as bigint) as line,
    cast(null as varchar) as sha,
    t.url,
    t.created_at as first_seen_at,
    t.created_at as last_seen_at,
    {{ utc_date('t.created_at') }} as day_from,
    {{ add_days(utc_date('t.created_at'), 1) }} as day_to,
    n.is_exact = 0 as is_similar,
    case when a.kind = 'human' then a.person_id end as accepted_by_person_id,
    case when a.kind in ('bot', 'ai_agent') then 'bot' when a.kind = 'human' and a.person_id is not null then 'human' else 'unknown' end
        as accepted_by_kind,
    'wrote it' as accepted_how,
    t.source_system,
    t.source_kind,
    t.source_record_id
from named as n
inner join texts as t
    on n.source_system = t.source_system and n.source_kind = t.source_kind and n.source_record_id = t.source_record_id
left join {{ ref('int_accounts_resolved') }} as a on t.account_system = a.system and t.account = a.account
where t.created_at is not null
