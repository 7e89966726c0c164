-- Why a prompt was changed, as far as anybody wrote it down: in its pull request, or with its version in a registry.
with texts as (
    select
        changes.prompt_change_id,
        pulls.pull_request_id,
        pulls._source_url as pull_request_url,
        -- What is left of the text without comments, headings, check boxes and issue references.
        trim({{ replace_all(
            replace_all("coalesce(pulls.body, '')", "'(?s)<!--.*?-->'", "''"),
            "'(?im)^ *(#.*|- \\[[ x]\\].*|(close[sd]?|fix(e[sd])?|resolve[sd]?|part of|refs?):? +\\S+ *)$'",
            "''"
        ) }}) as reason
    from {{ ref('int_prompt_changes') }} as changes
    inner join {{ ref('stg_github__pull_requests') }} as pulls on changes.pull_request_id = pulls.pull_request_id
),

issues as (
    select pull_request_id, min_by(url, system || issue_key) as issue_url
    from {{ ref('int_pull_request_issue_links') }}
    group by pull_request_id
),

records as (
    select distinct pull_request_id
    from {{ ref('stg_github__pull_request_files') }}
    where {{ matches_nocase('path', "'(^|/)(adr|adrs|decisions)/'") }}
)

select
    texts.prompt_change_id,
    issues.pull_request_id is not null as has_linked_issue,
    -- Forty characters: a sentence, not "wip" or "as discussed".
    {{ character_count('texts.reason') }} >= 40 as has_stated_reason,
    records.pull_request_id is not null as has_decision_record,
    coalesce(issues.issue_url, case when {{ character_count('texts.reason') }} >= 40 then texts.pull_request_url end) as reason_url
from texts
left join issues on texts.pull_request_id = issues.pull_request_id
left join records on texts.pull_request_id = records.pull_request_id
union all
select
    prompt_change_id,
    false,
    message_length >= 40,
    false,
    case when message_length >= 40 then source_url end
from {{ ref('int_prompt_changes_registered') }}
