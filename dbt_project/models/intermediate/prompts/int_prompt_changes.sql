-- Landed and abandoned changes together, each with what became of it.
with undone as (
    -- A revert that was itself taken back counts no longer.
    select reverts.*
    from {{ ref('int_prompt_reverts') }} as reverts
    where reverts.reverting_change_id not in (select again.reverted_change_id from {{ ref('int_prompt_reverts') }} as again)
),

reverted as (
    select
        reverted_change_id as prompt_change_id,
        {{ earliest('reverting_change_id', 'reverted_at') }} as reverted_by_change_id,
        {{ earliest('revert_how', 'reverted_at') }} as reverted_how,
        min(revert_confidence) as reverted_confidence,
        min(reverted_at) as reverted_at
    from undone
    group by reverted_change_id
),

reverting as (
    select
        reverts.reverting_change_id as prompt_change_id,
        {{ latest('reverts.reverted_change_id', 'target.landed_at') }} as reverts_change_id,
        max_by(target.last_change_type = 'D' or again.reverting_change_id is not null, target.landed_at) as is_reapplied
    from {{ ref('int_prompt_reverts') }} as reverts
    inner join {{ ref('int_prompt_changes_landed') }} as target on reverts.reverted_change_id = target.prompt_change_id
    left join (select distinct reverting_change_id from {{ ref('int_prompt_reverts') }}) as again
        on reverts.reverted_change_id = again.reverting_change_id
    group by reverts.reverting_change_id
),

changes as (
    select
        landed.prompt_change_id, landed.prompt_id, landed.repository_id, landed.prompt_key, landed.path, landed.symbol, landed.kind, landed.sha,
        landed.previous_text_sha, landed.text_sha, landed.n_lines, landed.landed_at, landed.landed_at as ended_at,
        landed.pull_request_number, landed.pull_request_id, landed.source, landed.version, landed.source_url,
        case
            when landed.last_change_type = 'D' then 'deleted'
            when reverting.is_reapplied then 'restored'
            when reverting.prompt_change_id is not null then 'reverted'
            when landed.first_change_type = 'A' then 'created'
            else 'edited'
        end as change_kind,
        case when reverted.prompt_change_id is not null then 'reverted' else 'landed' end as outcome,
        reverting.reverts_change_id, reverted.reverted_by_change_id, reverted.reverted_how,
        reverted.reverted_confidence, reverted.reverted_at
    from {{ ref('int_prompt_changes_landed') }} as landed
    left join reverting on landed.prompt_change_id = reverting.prompt_change_id
    left join reverted on landed.prompt_change_id = reverted.prompt_change_id
)

select * from changes
union all
select
    prompt_change_id, prompt_id, repository_id, prompt_key, path, null as symbol, kind, sha,
    null, null, n_lines, null, closed_at as ended_at,
    pull_request_number, pull_request_id, 'git', null, source_url,
    case when change_type in ('DELETED', 'REMOVED') then 'deleted' else 'edited' end, 'abandoned',
    null, null, null, null, null
from {{ ref('int_prompt_changes_abandoned') }}
