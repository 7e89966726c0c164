-- Hotfixes of what an epic delivered: a change merged within 30 days of another one that says of itself that it is a hotfix or names an incident, and
-- that itself names the change it mends, by number or by the issue that both name. What an incident came from is never looked up for it.
with pulls as (
    select
        pull_request_id, repository_id, number, merged_at,
        coalesce(title, '') || chr(10) || coalesce(head_ref, '') || chr(10) || coalesce(labels, '') as own_words,
        lower(coalesce(title, '') || chr(10) || coalesce(body, '')) as lower_text
    from {{ ref('stg_github__pull_requests') }}
    where merged_at is not null
),

hotfixes as (
    select * from pulls
    where
        {{ matches_nocase('own_words', "'\\bhot[-_ ]?fix'") }}
        or pull_request_id in (select fixes.pull_request_id from {{ ref('int_incident_fixes') }} as fixes)
),

names as (
    select repository_id, slug from {{ ref('int_repository_names') }} where is_current
),

numbers as (
    select hotfixes.pull_request_id, hotfixes.repository_id, n.number
    from hotfixes
    {{ each(extract_all('hotfixes.lower_text', "'(?:^|[\\s(\\[,;:])#([0-9]+)\\b'"), 'n', 'number') }}
    union all
    select hotfixes.pull_request_id, names.repository_id, {{ extract('n.reference', "'([0-9]+)$'") }}
    from hotfixes
    {{ each(extract_all('hotfixes.lower_text', "'([a-z0-9_.-]+/[a-z0-9_.-]+(?:#|/pull/)[0-9]+)\\b'"), 'n', 'reference') }}
    inner join names on {{ extract('n.reference', "'^(.+?)(?:#|/pull/)[0-9]+$'") }} = names.slug
),

named as (
    select numbers.pull_request_id as hotfix_id, pulls.pull_request_id
    from numbers
    inner join pulls on numbers.repository_id = pulls.repository_id and try_cast(numbers.number as bigint) = pulls.number
    union
    select of_hotfix.pull_request_id, of_change.pull_request_id
    from {{ ref('int_pull_request_issue_links') }} as of_hotfix
    inner join hotfixes on of_hotfix.pull_request_id = hotfixes.pull_request_id
    inner join {{ ref('int_pull_request_issue_links') }} as of_change
        on of_hotfix.system = of_change.system and of_hotfix.issue_id = of_change.issue_id
    left join {{ ref('int_incident_records') }} as incidents
        on incidents.record_id = case when of_hotfix.system = 'github' then 'github:' else '' end || of_hotfix.issue_id
    -- Two repairs of one incident are not repairs of one another, and to name an epic is not to name each of its changes.
    where
        incidents.record_id is null
        and of_hotfix.issue_id not in (select all_epics.epic_id from {{ ref('int_epic_pull_requests') }} as all_epics)
)

select distinct epics.epic_id, epics.pull_request_id, hotfixes.pull_request_id as hotfix_id
from {{ ref('int_epic_pull_requests') }} as epics
inner join named on epics.pull_request_id = named.pull_request_id and named.hotfix_id != named.pull_request_id
inner join hotfixes on named.hotfix_id = hotfixes.pull_request_id
left join {{ ref('stg_git__reverts') }} as reverts
    on
        hotfixes.repository_id = reverts.repository_id and hotfixes.number = reverts.pull_request_number
        and reverts.kind = 'revert' and reverts.confidence in ('confirmed', 'probable')
where
    hotfixes.merged_at > epics.merged_at
    and hotfixes.merged_at <= {{ instant_plus_days('epics.merged_at', 30) }}
    -- What takes a change back is told as a revert.
    and reverts.sha is null
