-- Which landed change takes back which earlier one: by the commit's own words, by the pull request's, by the name of the branch,
-- by the patch turned round, or by restoring the text. Confirmed: a commit or a number is named, or the contents agree.
-- Words about commits that never touched this prompt, or never landed, point at nothing here.
with changes as (
    select * from {{ ref('int_prompt_changes_landed') }}
),

members as (
    select changes.prompt_change_id, changes.prompt_id, versions.sha, commits.reverts_sha
    from changes
    inner join {{ ref('stg_git__prompt_versions') }} as versions
        on
            changes.repository_id = versions.repository_id
            and changes.prompt_key = versions.prompt_key
            and changes.sha = coalesce(versions.landed_sha, versions.sha)
    left join {{ ref('stg_git__commits') }} as commits on versions.repository_id = commits.repository_id and versions.sha = commits.sha
),

shas as (
    select prompt_change_id, prompt_id, sha from members
    union
    select prompt_change_id, prompt_id, sha from changes
),

words as (
    select
        changes.prompt_change_id,
        changes.prompt_id,
        {{ extract('pulls.body', "'This reverts commit ([0-9a-f]{7,40})'") }} as target_sha,
        {{ reverted_number('pulls.body') }} as target_number,
        {{ extract('pulls.title', "'^Revert \"(.+)\"'") }} as target_title
    from changes
    inner join {{ ref('stg_github__pull_requests') }} as pulls on changes.pull_request_id = pulls.pull_request_id
),

titled as (
    select changes.prompt_change_id, changes.prompt_id, pulls.title
    from changes
    inner join {{ ref('stg_github__pull_requests') }} as pulls on changes.pull_request_id = pulls.pull_request_id
),

-- Both landings changed the prompt, so words that name files which nobody touched do not get here.
landings as (
    select
        repository_id,
        sha,
        reverted_sha,
        case how when 'title' then 'commit_title' else how end as how,
        case how when 'commit_text' then 1 when 'pull_request_text' then 2 when 'title' then 3 when 'branch_name' then 4 else 5 end as strength
    from {{ ref('stg_git__reverts') }}
    where how <> 'blob_restored' and confidence in ('confirmed', 'probable')
),

found as (
    select
        members.prompt_change_id as reverting_change_id,
        shas.prompt_change_id as reverted_change_id,
        'commit_text' as revert_how,
        1 as strength
    from members
    inner join shas on members.prompt_id = shas.prompt_id and {{ has_prefix('shas.sha', 'members.reverts_sha') }}
    union
    select words.prompt_change_id, shas.prompt_change_id, 'pull_request_text', 2
    from words
    inner join shas on words.prompt_id = shas.prompt_id and {{ has_prefix('shas.sha', 'words.target_sha') }}
    union
    select words.prompt_change_id, changes.prompt_change_id, 'pull_request_text', 2
    from words
    inner join changes on words.prompt_id = changes.prompt_id and words.target_number = changes.pull_request_number
    union
    select words.prompt_change_id, titled.prompt_change_id, 'pull_request_title', 3
    from words
    inner join titled on words.prompt_id = titled.prompt_id and words.target_title = titled.title
    union
    select reverting.prompt_change_id, reverted.prompt_change_id, landings.how, landings.strength
    from landings
    inner join changes as reverting on landings.repository_id = reverting.repository_id and landings.sha = reverting.sha
    inner join changes as reverted
        on
            landings.repository_id = reverted.repository_id
            and landings.reverted_sha = reverted.sha
            and reverting.prompt_id = reverted.prompt_id
    union
    select reverting_change_id, reverted_change_id, 'content_restored', 6 from {{ ref('int_prompt_restores') }}
),

agreed as (
    select distinct reverting_change_id, reverted_change_id
    from found
    where revert_how not in ('pull_request_title', 'commit_title')
),

ordered as (
    select found.*, row_number() over (partition by found.reverting_change_id, found.reverted_change_id order by found.strength) as place
    from found
    inner join changes as reverting on found.reverting_change_id = reverting.prompt_change_id
    inner join changes as reverted on found.reverted_change_id = reverted.prompt_change_id
    where reverted.landed_at < reverting.landed_at
)

select
    ordered.reverting_change_id,
    ordered.reverted_change_id,
    ordered.revert_how,
    case when agreed.reverting_change_id is null then 'probable' else 'confirmed' end as revert_confidence,
    reverting.landed_at as reverted_at
from ordered
inner join changes as reverting on ordered.reverting_change_id = reverting.prompt_change_id
left join agreed
    on ordered.reverting_change_id = agreed.reverting_change_id and ordered.reverted_change_id = agreed.reverted_change_id
where ordered.place = 1
