-- What a prompt change stands on: its pull request and file versions, its eval runs, the failed attempts that came before
-- it, and what its authors have signed about their shares.
with changes as (
    select * from {{ ref('int_prompt_changes_told') }}
)

select prompt_change_id, 1 as priority, 'github' as source_system, 'pull_requests' as source_kind, cast(pull_request_id as varchar) as source_record_id
from changes
union all
select c.prompt_change_id, 2, 'git', 'prompt_versions', {{ record_id(['v.repository_id', 'v.prompt_key', 'v.sha']) }}
from changes as c
inner join {{ ref('stg_git__prompt_versions') }} as v
    on c.prompt_id = v.repository_id || ':' || v.prompt_key and c.sha = coalesce(v.landed_sha, v.sha)
union all
select c.prompt_change_id, 2, 'evals', 'prompt_versions', r.source_record_id
from changes as c
inner join {{ ref('int_prompt_changes_registered') }} as r on c.prompt_change_id = r.prompt_change_id
union all
select prompt_change_id, 3, 'evals', 'runs', eval_run_before_id
from changes
union all
select prompt_change_id, 3, 'evals', 'runs', eval_run_after_id
from changes
union all
select c.prompt_change_id, 4, 'github', 'pull_requests', cast(f.pull_request_id as varchar)
from changes as c
inner join {{ ref('int_prompt_failed_before') }} as f on c.prompt_change_id = f.prompt_change_id
union all
select c.prompt_change_id, 5, 'people', 'splits', s.source_record_id
from changes as c
inner join {{ ref('int_pull_request_signed_shares') }} as s on c.pull_request_id = s.pull_request_id
