-- Releases and deployments, each with what came of it and where its commit stands in the history of the default branch. Drafts of
-- releases are left out: nobody got them.
with ended as (
    select
        deployment_id,
        min(created_at) filter (where state = 'success') as succeeded_at,
        {{ latest('state', 'created_at') }} as last_state
    from {{ ref('stg_github__deployment_statuses') }}
    group by deployment_id
),

shipments as (
    select
        'release:' || release_id as shipment_key,
        'release' as kind,
        repository_id,
        release_id,
        cast(null as bigint) as deployment_id,
        tag_name,
        cast(null as varchar) as environment,
        is_prerelease,
        tag_sha as sha,
        author_id as actor_id,
        coalesce(published_at, created_at) as asked_at,
        coalesce(published_at, created_at) as shipped_at,
        'shipped' as shipping_state,
        _source_url as source_url
    from {{ ref('stg_github__releases') }}
    where not coalesce(is_draft, false)
    union all
    select
        'deployment:' || deployments.deployment_id,
        'deployment',
        deployments.repository_id,
        null,
        deployments.deployment_id,
        null,
        deployments.environment,
        null,
        deployments.sha,
        deployments.creator_id,
        deployments.created_at,
        ended.succeeded_at,
        case
            when ended.succeeded_at is not null then 'shipped'
            when coalesce(ended.last_state, lower(deployments.state)) in ('failure', 'error') then 'failed'
            else 'pending'
        end,
        deployments._source_url
    from {{ ref('stg_github__deployments') }} as deployments
    left join ended on deployments.deployment_id = ended.deployment_id
),

-- A commit stands where it landed; where no mirror tells, where the pull request that made it was merged.
landed as (
    select repository_id, sha, landed_at
    from {{ ref('stg_git__commits') }}
    where landed_at is not null
),

merged as (
    select repository_id, merge_commit_sha as sha, min(merged_at) as merged_at
    from {{ ref('stg_github__pull_requests') }}
    where merged_at is not null and merge_commit_sha is not null
    group by repository_id, merge_commit_sha
),

placed as (
    select shipments.*, coalesce(landed.landed_at, merged.merged_at) as landed_at
    from shipments
    left join landed on shipments.repository_id = landed.repository_id and shipments.sha = landed.sha
    left join merged on shipments.repository_id = merged.repository_id and shipments.sha = merged.sha
),

numbered as (
    select
        *,
        row_number() over (partition by repository_id, kind, environment order by coalesce(shipped_at, asked_at), shipment_key) as position
    from placed
),

-- What stood there before: the newest of the same environment, or the newest release, that had shipped.
streams as (
    select
        *,
        max(case when shipping_state = 'shipped' then position end) over (
            partition by repository_id, kind, environment
            order by position
            rows between unbounded preceding and 1 preceding
        ) as previous_position
    from numbered
)

select
    streams.*,
    previous.sha as previous_sha,
    previous.landed_at as previous_landed_at
from streams
left join numbered as previous
    on
        streams.repository_id = previous.repository_id
        and streams.kind = previous.kind
        and streams.environment is not distinct from previous.environment
        and streams.previous_position = previous.position
