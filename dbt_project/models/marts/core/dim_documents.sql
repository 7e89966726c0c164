-- Documents of the repositories and folders, each by its path: as it is now, or as it was last.
with told as (
    select
        *,
        min(from_at) over (partition by repository_id, path) as first_at,
        row_number() over (partition by repository_id, path order by from_at desc, from_sha) as place
    from {{ ref('int_documents_told') }}
)

select
    {{ stable_hash(['told.repository_id', 'told.path']) }} as document_id,
    told.repository_id,
    projects.project_id,
    told.path,
    told.kind,
    told.title,
    told.document_key,
    count(*) over (partition by told.document_key) > 1 and told.document_key is not null as is_key_shared,
    told.status,
    told.dated_on,
    told.first_at as first_seen_at,
    told.is_current,
    told.to_at as removed_at,
    told._source_url as source_url
from told
left join {{ ref('int_repository_projects') }} as projects on told.repository_id = projects.repository_id
where told.place = 1
