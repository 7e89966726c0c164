-- One row per prompt and landing: however many commits a merge brought, the prompt changed once. What a fork has from its source is the source's.
-- A version in a registry is a landing of its own.
with versions as (
    select
        versions.*,
        coalesce(versions.landed_sha, versions.sha) as landing_sha,
        row_number() over (
            partition by versions.repository_id, versions.prompt_key, coalesce(versions.landed_sha, versions.sha)
            order by commits.committed_at, versions.sha
        ) as place,
        row_number() over (
            partition by versions.repository_id, versions.prompt_key, coalesce(versions.landed_sha, versions.sha)
            order by commits.committed_at desc, versions.sha desc
        ) as place_from_last,
        commits._source_url as commit_url
    from {{ ref('stg_git__prompt_versions') }} as versions
    left join {{ ref('stg_git__commits') }} as commits on versions.repository_id = commits.repository_id and versions.sha = commits.sha
),

landed as (
    select
        repository_id,
        prompt_key,
        landing_sha,
        max(case when place_from_last = 1 then kind end) as kind,
        max(case when place_from_last = 1 then path end) as path,
        max(symbol) as symbol,
        max(case when place = 1 then previous_text_sha end) as previous_text_sha,
        max(case when place_from_last = 1 then text_sha end) as text_sha,
        max(case when place = 1 then change_type end) as first_change_type,
        max(case when place_from_last = 1 then change_type end) as last_change_type,
        bool_and(coalesce(is_whitespace_only, false)) as is_whitespace_only,
        sum(coalesce(lines_added, 0) + coalesce(lines_removed, 0)) as n_lines,
        max(landed_at) as landed_at,
        max(pull_request_number) as pull_request_number,
        max(case when place_from_last = 1 then commit_url end) as commit_url,
        max(case when place_from_last = 1 then _source_url end) as version_url
    from versions
    group by repository_id, prompt_key, landing_sha
)

select
    {{ stable_hash(["'prompt_change'", 'landed.repository_id', 'landed.prompt_key', 'landed.landing_sha']) }} as prompt_change_id,
    landed.repository_id || ':' || landed.prompt_key as prompt_id,
    landed.repository_id,
    landed.prompt_key,
    landed.landing_sha as sha,
    landed.kind,
    landed.path,
    landed.symbol,
    landed.previous_text_sha,
    landed.text_sha,
    landed.first_change_type,
    landed.last_change_type,
    cast(landed.n_lines as bigint) as n_lines,
    landed.landed_at,
    landed.pull_request_number,
    pulls.pull_request_id,
    'git' as source,
    cast(null as bigint) as version,
    coalesce(landed.version_url, landed.commit_url) as source_url
from landed
left join {{ ref('int_commits_inherited') }} as inherited on landed.repository_id = inherited.repository_id and landed.landing_sha = inherited.sha
left join {{ ref('stg_github__pull_requests') }} as pulls
    on landed.repository_id = pulls.repository_id and landed.pull_request_number = pulls.number
-- A rename alone, or white space alone, says nothing new to a model.
where
    inherited.sha is null
    and not (landed.is_whitespace_only and landed.last_change_type != 'D')
    and (landed.text_sha is distinct from landed.previous_text_sha or landed.last_change_type = 'D')
union all
select
    prompt_change_id, prompt_id, null, null, null, 'prompt', name, null, previous_text_sha, text_sha,
    change_type, change_type, null, registered_at, null, null, source, version, source_url
from {{ ref('int_prompt_changes_registered') }}
