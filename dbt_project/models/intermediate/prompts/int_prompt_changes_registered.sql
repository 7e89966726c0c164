-- Versions of prompts in a registry as changes of them. What git holds is git's change: a version whose text is in a repository counts here only
-- where it brings that text back after one that no repository has.
with in_git as (
    select distinct text_sha from {{ ref('stg_git__prompt_versions') }}
    where text_sha is not null
),

versions as (
    select
        *,
        row_number() over (partition by store, name order by version) as place,
        row_number() over (partition by store, name, text_sha order by version) > 1 as is_known_text,
        lag(text_sha) over (partition by store, name order by version) as previous_text_sha
    from {{ ref('stg_evals__prompt_versions') }}
    where text_sha is not null
)

select
    {{ stable_hash(["'registered_prompt'", 'versions.store', 'versions.name', 'versions.version']) }} as prompt_change_id,
    versions.store || ':' || versions.name as prompt_id,
    versions.name,
    versions.kind as source,
    versions.version,
    versions.previous_text_sha,
    versions.text_sha,
    case when versions.place = 1 then 'A' else 'M' end as change_type,
    versions.registered_at,
    lower(trim(versions.created_by_raw)) as account,
    lower(trim(versions.project_raw)) as project_spelling,
    versions.aliases,
    versions.message_length,
    versions._source_url as source_url,
    {{ record_id(['versions.store', 'versions.name', 'versions.version']) }} as source_record_id
from versions
left join in_git on versions.text_sha = in_git.text_sha
left join in_git as previous_in_git on versions.previous_text_sha = previous_in_git.text_sha
where
    versions.text_sha is distinct from versions.previous_text_sha
    and (in_git.text_sha is null or (versions.is_known_text and previous_in_git.text_sha is null))
