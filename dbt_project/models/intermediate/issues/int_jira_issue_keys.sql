-- Every key that a Jira issue has or had: a move gives it a new one, and pull requests, incidents and epic links go on naming the old.
with keys as (
    select issue_id, issue_key, true as is_current from {{ ref('stg_jira__issues') }}
    union all
    select issue_id, from_text, false from {{ ref('stg_jira__issue_changes') }}
    where subject = 'key'
),

-- An issue that came back has its key again; a key means the issue that has it now, before one that had it.
ranked as (
    select
        *,
        row_number() over (partition by issue_key order by is_current desc, issue_id desc) as place
    from keys
    where issue_key is not null
)

select ranked.issue_key, ranked.issue_id, ranked.is_current, issues.issue_key as current_key, issues._source_url as source_url
from ranked
inner join {{ ref('stg_jira__issues') }} as issues on ranked.issue_id = issues.issue_id
where ranked.place = 1
