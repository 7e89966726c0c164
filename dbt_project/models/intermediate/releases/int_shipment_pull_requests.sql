-- The pull requests that a shipment brought: merged into the default branch after the commit that stood there before, up to its own.
-- A shipment of an older commit brings none; one whose commit is not on the default branch is not here.
with merged as (
    select
        pulls.pull_request_id,
        pulls.repository_id,
        coalesce(commits.landed_at, pulls.merged_at) as landed_at
    from {{ ref('stg_github__pull_requests') }} as pulls
    inner join {{ ref('int_repositories') }} as repositories
        on pulls.repository_id = repositories.repository_id and pulls.base_ref = repositories.default_branch
    left join {{ ref('stg_git__commits') }} as commits
        on pulls.repository_id = commits.repository_id and pulls.merge_commit_sha = commits.sha
    where pulls.merged_at is not null
),

prompts as (
    select distinct repository_id, path from {{ ref('stg_git__prompt_versions') }}
    where symbol is null
),

touched as (
    select files.pull_request_id, bool_or(prompts.path is not null) as is_prompt_change
    from {{ ref('stg_github__pull_request_files') }} as files
    left join prompts on files.repository_id = prompts.repository_id and files.path = prompts.path
    group by files.pull_request_id
),

gates as (
    select
        judged.pull_request_id,
        {{ joined_text('judged.gate', ', ', 'judged.gate') }} as gates,
        {{ earliest('judged.final_state', gate_badness('judged.final_state')) }} as gate_state,
        {{ joined_text('outcomes.outcome', ', ', 'judged.gate') }} as outcomes,
        bool_or(coalesce(outcomes.outcome like 'caught_%', false)) as is_caught
    from {{ ref('int_gate_pull_requests') }} as judged
    left join {{ ref('int_gate_outcomes') }} as outcomes
        on judged.pull_request_id = outcomes.pull_request_id and judged.gate = outcomes.gate
    group by judged.pull_request_id
)

select
    shipments.shipment_key,
    merged.pull_request_id,
    merged.repository_id,
    coalesce(gates.gate_state, 'no_gate') as gate_state,
    gates.gates,
    gates.outcomes,
    coalesce(gates.is_caught, false) as is_caught,
    touched.is_prompt_change
from {{ ref('int_shipments') }} as shipments
inner join merged
    on
        shipments.repository_id = merged.repository_id
        and merged.landed_at <= shipments.landed_at
        and (shipments.previous_landed_at is null or merged.landed_at > shipments.previous_landed_at)
left join touched on merged.pull_request_id = touched.pull_request_id
left join gates on merged.pull_request_id = gates.pull_request_id
where shipments.previous_sha is null or shipments.previous_landed_at is not null
