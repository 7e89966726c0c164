-- Pushes past a rule of the default branch: those that GitHub wrote down as bypasses, and merges on red that it did not.
with failed as (
    select distinct suites.rule_suite_id, {{ json_text('e.evaluation', '$.rule_type') }} as rule_type
    from {{ ref('stg_github__rule_suites') }} as suites
    {{ each(json_objects('suites.rule_evaluations'), 'e', 'evaluation') }}
    where {{ json_text('e.evaluation', '$.result') }} = 'fail'
),

written as (
    select
        'rule_suite:' || suites.rule_suite_id as bypass_key,
        suites.repository_id,
        pulls.pull_request_id,
        suites.actor_id,
        suites.ref,
        suites.before_sha,
        suites.after_sha,
        suites.pushed_at,
        {{ joined_text("failed.rule_type", ", ", "failed.rule_type") }} as failed_rules,
        min(suites._source_url) as source_url
    from {{ ref('stg_github__rule_suites') }} as suites
    left join {{ ref('stg_github__pull_requests') }} as pulls
        on suites.repository_id = pulls.repository_id and suites.after_sha = pulls.merge_commit_sha
    left join failed on suites.rule_suite_id = failed.rule_suite_id
    where suites.result = 'bypass'
    group by
        suites.rule_suite_id, suites.repository_id, pulls.pull_request_id, suites.actor_id, suites.ref, suites.before_sha,
        suites.after_sha, suites.pushed_at
),

merged_on_red as (
    select
        'pull_request:' || catches.pull_request_id as bypass_key,
        catches.repository_id,
        catches.pull_request_id,
        pulls.merged_by_id as actor_id,
        'refs/heads/' || pulls.base_ref as ref,
        cast(null as varchar) as before_sha,
        pulls.merge_commit_sha as after_sha,
        pulls.merged_at as pushed_at,
        'required_status_checks' as failed_rules,
        min(catches.source_url) as source_url
    from {{ ref('fct_gate_catches') }} as catches
    inner join {{ ref('stg_github__pull_requests') }} as pulls on catches.pull_request_id = pulls.pull_request_id
    where
        catches.outcome = 'merged_on_red'
        and catches.is_required
        and catches.pull_request_id not in (select written.pull_request_id from written where written.pull_request_id is not null)
    group by
        catches.repository_id, catches.pull_request_id, pulls.merged_by_id, pulls.base_ref, pulls.merge_commit_sha, pulls.merged_at
),

bypasses as (
    select 'recorded' as how, * from written
    union all
    select 'merged_on_red' as how, * from merged_on_red
)

select
    {{ stable_hash(["'gate_bypass'", 'bypasses.bypass_key']) }} as gate_bypass_id,
    bypasses.repository_id,
    projects.project_id,
    bypasses.pull_request_id,
    accounts.person_id as actor_person_id,
    coalesce(accounts.kind, 'unknown') as actor_kind,
    bypasses.how,
    bypasses.ref,
    bypasses.before_sha,
    bypasses.after_sha,
    bypasses.pushed_at,
    bypasses.failed_rules,
    bypasses.source_url
from bypasses
left join {{ ref('int_repository_projects') }} as projects on bypasses.repository_id = projects.repository_id
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'github' and cast(bypasses.actor_id as varchar) = accounts.account
