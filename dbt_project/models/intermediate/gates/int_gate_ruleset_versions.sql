-- Versions of rulesets on the default branches that they are about: of a repository's own ruleset, and of one of its organisation that
-- some reading found in force there. Which repositories a version of the latter covers is told by names, with * and ?, or by ids. Where it
-- is told in another way, or the newest version does not agree with what was found in force, the readings tell more than the versions.
with branches as (
    select repository_id, default_branch as branch, {{ extract('full_name', "'^[^/]+/(.*)$'") }} as name from {{ ref('stg_github__repositories') }}
),

versions as (
    select
        repository_id,
        source as owner_kind,
        'ruleset:' || ruleset_id as ruleset,
        updated_at,
        enforcement,
        {{ json_text('state', '$.rules') }} as rules,
        {{ json_list(json_text('state', '$.conditions.ref_name.include')) }} as included_refs,
        {{ json_list(json_text('state', '$.conditions.ref_name.exclude')) }} as excluded_refs,
        {{ json_text('state', '$.conditions.repository_name') }} as by_name,
        {{ json_text('state', '$.conditions.repository_id.repository_ids') }} as by_id,
        _source_url
    from {{ ref('stg_github__ruleset_versions') }}
),

own as (
    select versions.*, branches.branch, true as is_covered
    from versions
    inner join branches on versions.repository_id = branches.repository_id
    where versions.owner_kind = 'Repository'
),

in_force as (
    select distinct repository_id, branch, source from {{ ref('int_gate_rulesets_in_force') }}
),

of_organisation as (
    select
        branches.repository_id,
        versions.owner_kind,
        versions.ruleset,
        versions.updated_at,
        versions.enforcement,
        versions.rules,
        versions.included_refs,
        versions.excluded_refs,
        versions.by_name,
        versions.by_id,
        versions._source_url,
        branches.branch,
        case
            when versions.by_name is not null
                then
                    {{ any_glob(json_list(json_text('versions.by_name', '$.include')), 'branches.name') }}
                    and not {{ any_glob(json_list(json_text('versions.by_name', '$.exclude')), 'branches.name') }}
            when versions.by_id is not null then {{ list_has(json_list('versions.by_id'), "replace(branches.repository_id, 'github:', '')") }}
        end as is_covered
    from versions
    inner join in_force on versions.ruleset = in_force.source
    inner join branches on in_force.repository_id = branches.repository_id and in_force.branch = branches.branch
    where versions.owner_kind = 'Organization'
),

trusted as (
    select repository_id, ruleset
    from of_organisation
    group by repository_id, ruleset
    having bool_and(is_covered is not null) and {{ latest('is_covered', 'updated_at') }}
),

every as (
    select * from own
    union all
    select of_organisation.*
    from of_organisation
    inner join trusted on of_organisation.repository_id = trusted.repository_id and of_organisation.ruleset = trusted.ruleset
)

select
    repository_id,
    branch,
    ruleset as source,
    updated_at,
    case
        when
            enforcement = 'active'
            and is_covered
            and (
                {{ list_has('included_refs', "'~DEFAULT_BRANCH'") }}
                or {{ list_has('included_refs', "'~ALL'") }}
                or {{ list_has('included_refs', "'refs/heads/' || branch") }}
            )
            and not {{ list_has('excluded_refs', "'refs/heads/' || branch") }}
            then rules
    end as rules,
    _source_url
from every
