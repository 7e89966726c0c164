with changes as (
    select *, {{ repository_slug('repository_raw') }} as slug, lower(trim(project_raw)) as spelling
    from {{ ref('stg_experiments__flag_changes') }}
)

select
    changes.flag_change_id,
    changes.kind,
    changes.native_id,
    changes.flag_key,
    coalesce(projects.project_id, spellings.project_id) as project_id,
    changes.environment,
    changes.environment_type,
    changes.changed_at,
    changes.change,
    changes.event_type,
    changes.reach_before,
    changes.reach_after,
    accounts.person_id as actor_person_id,
    changes._source_url as source_url
from changes
-- A name means the repository that had it when the flag was changed.
left join {{ ref('int_repository_names') }} as names on changes.slug = names.slug and {{ is_valid_at('names', 'changes.changed_at') }}
left join {{ ref('int_repository_projects') }} as projects on names.repository_id = projects.repository_id
left join {{ ref('int_project_spellings') }} as spellings on changes.spelling = spellings.spelling
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'experiments' and lower(trim(changes.actor_raw)) = accounts.account and accounts.kind = 'human'
