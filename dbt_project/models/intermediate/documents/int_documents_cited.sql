-- Documents named by somebody who did not write them, or of whom that is not known, with the raw record in which they are named.
with links as (
    select
        {{ stable_hash(['repository_id', 'path']) }} as document_id,
        line_sha,
        line as number,
        min(system) as system,
        min(record_id) as record_id
    from {{ ref('int_document_links') }}
    group by repository_id, path, line_sha, line
),

authors as (
    select *, count(*) over (partition by document_id) as n_authors
    from {{ ref('bridge_document_authors') }}
)

select
    authors.person_id,
    authors.n_authors,
    citations.document_id,
    citations.citing_person_id,
    citations.citing_kind || ':' || citations.citing_id as citing_key,
    citations.cited_at,
    case
        when citations.citing_kind = 'document' then links.system
        when citations.citing_kind = 'commit' then 'git'
        when citations.citing_kind = 'pull_request' or citations.citing_id like 'github:%' then 'github'
        when citations.citing_id like '%:%' then 'incidents'
        when issues.issue_id is not null then 'jira'
        else 'github'
    end as source_system,
    case
        when citations.citing_kind = 'commit' then 'commits'
        when citations.citing_kind = 'document' then 'document_links'
        when citations.citing_kind = 'pull_request' then 'pull_requests'
        when citations.citing_id like '%:%' and citations.citing_id not like 'github:%' then 'incidents'
        else 'issues'
    end as source_kind,
    case citations.citing_kind
        when 'commit' then replace(citations.citing_id, '@', '|')
        when 'document' then links.record_id
        else replace(citations.citing_id, 'github:', '')
    end as source_record_id
from {{ ref('fct_document_citations') }} as citations
inner join authors on citations.document_id = authors.document_id and authors.person_id is not null
-- An issue's id may be Jira's or GitHub's.
left join {{ ref('stg_jira__issues') }} as issues on citations.citing_id = issues.issue_id and citations.source_url = issues._source_url
left join links on citations.citing_id = links.document_id and citations.line_sha = links.line_sha and citations.line = links.number
where citations.is_by_author is not true
