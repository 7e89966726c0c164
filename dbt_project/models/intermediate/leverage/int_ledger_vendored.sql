-- Channel vendored: at least three files of the artifact's repository lie, byte for byte, in another repository.
{% set smallest_file = 400 %} -- bytes; below about twenty lines equal files are boilerplate
{% set fewest_files = 3 %}

with files as (
    select *
    from {{ ref('stg_git__tree_files') }}
    where
        size >= {{ smallest_file }}
        and not {{ matches_nocase('path', "'(^|/)(licen[cs]e|notice|copying|contributing|code_of_conduct|security)[^/]*$|(^|/)\\.[^/]+$|\\.lock$|lock\\.(json|yaml)$'") }}
),

copies as (
    select a.artifact_id, copy.repository_id, copy.blob_sha, copy._source_url, min(copy.path) as path
    from {{ ref('dim_artifacts') }} as a
    inner join files as original on a.repository_id = original.repository_id
    inner join files as copy on original.blob_sha = copy.blob_sha and original.repository_id <> copy.repository_id
    group by a.artifact_id, copy.repository_id, copy.blob_sha, copy._source_url
),

sets as (
    select artifact_id, repository_id, count(distinct blob_sha) as n_items, min(path) as path
    from copies
    group by artifact_id, repository_id
    having count(distinct blob_sha) >= {{ fewest_files }}
),

-- The copy's date is the landing of the commit that added the first of its files.
additions as (
    select f.repository_id, f.path, c.sha, c.landed_at, c.pull_request_number, c.author_email,
        row_number() over (partition by f.repository_id, f.path order by c.landed_at desc, c.sha) as newest
    from {{ ref('stg_git__commit_files') }} as f
    inner join {{ ref('stg_git__commits') }} as c on f.repository_id = c.repository_id and f.sha = c.sha
    where f.change_type in ('A', 'R', 'C')
)

select
    s.artifact_id,
    s.repository_id,
    'vendored' as channel,
    '' as group_key,
    s.path,
    cast(null as bigint) as line,
    a.sha as introduced_sha,
    a.landed_at as introduced_at,
    cast(null as timestamp with time zone) as removed_at,
    a.pull_request_number,
    a.author_email,
    false as is_similar,
    s.n_items,
    'tree_files' as source_kind,
    {{ record_id(['s.repository_id', 's.path']) }} as source_record_id,
    c._source_url as url
from sets as s
inner join additions as a on s.repository_id = a.repository_id and s.path = a.path and a.newest = 1
left join copies as c on s.artifact_id = c.artifact_id and s.repository_id = c.repository_id and s.path = c.path
