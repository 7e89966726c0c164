-- Landings at which a setting went from one model to another, each in the migration that it belongs to: the same two models, no more
-- than 60 days after the switch before. Where one landing left several models under one key, which took whose place is not known.
with settings as (
    select s.*, {{ model_key('s.model') }} as model_key
    from {{ ref('stg_git__model_settings') }} as s
),

paired as (
    select
        begun.repository_id,
        begun.path,
        begun.key,
        ended.model as from_model,
        ended.model_key as from_key,
        begun.model as to_model,
        begun.model_key as to_key,
        begun.from_sha as sha,
        begun.from_at as switched_at,
        begun.from_pull_request_number as pull_request_number,
        begun._source_url as source_url,
        {{ record_id(['begun.repository_id', 'begun.path', 'begun.key', 'begun.model', 'begun.from_sha']) }} as record_id,
        count(*) over (partition by begun.repository_id, begun.path, begun.key, begun.from_sha) as n_pairs
    from settings as begun
    inner join settings as ended
        on
            begun.repository_id = ended.repository_id
            and begun.path = ended.path
            and begun.key = ended.key
            and begun.from_sha = ended.to_sha
),

switches as (
    select paired.*
    from paired
    left join {{ ref('int_commits_inherited') }} as inherited
        on paired.repository_id = inherited.repository_id and paired.sha = inherited.sha
    where paired.n_pairs = 1 and paired.from_key <> paired.to_key and inherited.sha is null
),

spaced as (
    select
        *,
        coalesce(
            switched_at > {{ instant_plus_days(
                'lag(switched_at) over (partition by from_key, to_key order by switched_at, repository_id, path, key)', 60
            ) }}, true
        ) as is_first
    from switches
),

numbered as (
    select
        *,
        sum(case when is_first then 1 else 0 end)
            over (partition by from_key, to_key order by switched_at, repository_id, path, key rows unbounded preceding) as migration_no
    from spaced
)

select
    {{ stable_hash(["'model_switch'", 'numbered.repository_id', 'numbered.path', 'numbered.key', 'numbered.sha']) }} as model_switch_id,
    {{ stable_hash([
        "'model_migration'", 'numbered.from_key', 'numbered.to_key',
        'min(numbered.sha) over (partition by numbered.from_key, numbered.to_key, numbered.migration_no)'
    ]) }} as model_migration_id,
    numbered.migration_no,
    numbered.repository_id,
    numbered.path,
    numbered.key,
    numbered.from_model,
    numbered.from_key,
    numbered.to_model,
    numbered.to_key,
    numbered.sha,
    numbered.switched_at,
    pulls.pull_request_id,
    numbered.record_id,
    numbered.source_url
from numbered
left join {{ ref('stg_github__pull_requests') }} as pulls
    on numbered.repository_id = pulls.repository_id and numbered.pull_request_number = pulls.number
