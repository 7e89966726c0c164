-- What says that a checkpoint of a model of one's own answers users, and since when: a row of a register by its day, a registry by the two
-- readings between which an alias that serves was moved there. Where those lie too far apart nobody knows when it was launched.
{% set alias_key = ['store', 'name', 'alias', 'version', 'first_seen_at'] %}
with first_served as (
    select
        store,
        name,
        version,
        min(first_seen_at) as first_seen_at,
        {{ earliest('not_before', 'first_seen_at') }} as not_before,
        {{ earliest(record_id(alias_key), 'first_seen_at') }} as alias_record_id
    from {{ ref('stg_evals__model_aliases') }}
    where is_serving
    group by store, name, version
),

served as (
    select
        first_served.*,
        versions.data_version,
        versions.base_model,
        versions.project_raw,
        versions._source_url as source_url,
        {{ record_id(['versions.store', 'versions.name', 'versions.version']) }} as version_record_id
    from first_served
    inner join {{ ref('stg_evals__model_versions') }} as versions
        on first_served.store = versions.store and first_served.name = versions.name and first_served.version = versions.version
    where first_served.first_seen_at <= {{ instant_plus_days('first_served.not_before', policy_threshold('launch_start_days')) }}
),

entries as (
    select
        'registers' as source_system,
        'checkpoints' as source_kind,
        entry_id as source_record_id,
        model,
        checkpoint,
        data_version,
        base_model,
        project,
        {{ day_start('valid_from') }} as started_at,
        cast(null as timestamp with time zone) as started_after,
        coalesce(url, _source_url) as source_url
    from {{ ref('stg_registers__checkpoints') }}
    union all
    select
        'evals', 'model_aliases', alias_record_id, name, cast(version as varchar), null, null, project_raw, first_seen_at, not_before, source_url
    from served
    union all
    select
        'evals', 'model_versions', version_record_id, name, cast(version as varchar), data_version, base_model, project_raw, null, null, source_url
    from served
)

select
    entries.*,
    coalesce(spellings.project_id, 'unknown') || '@' || entries.model || ':' || entries.checkpoint as subject_id,
    spellings.project_id
from entries
left join {{ ref('int_project_spellings') }} as spellings on lower(trim(entries.project)) = spellings.spelling
