-- K01 and K17: pull requests into default branches that affect what an AI answers or how that is judged, what their required eval gates
-- said of the merged head before the merge, and how long the decision took.
with changes as (
    select pulls.*, repositories.full_name || '#' || cast(pulls.number as varchar) as change_name
    from {{ ref('fct_pull_requests') }} as pulls
    inner join {{ ref('int_pull_request_ai_surfaces') }} as surfaces on pulls.pull_request_id = surfaces.pull_request_id
    inner join {{ ref('int_repositories') }} as repositories
        on pulls.repository_id = repositories.repository_id and pulls.base_ref = repositories.default_branch
    where pulls.closed_at is not null
),

gates as (
    select
        changes.pull_request_id,
        runs.gate,
        min({{ gate_badness('runs.head_state') }}) as badness,
        max(runs.scored_n) as scored_n
    from changes
    inner join {{ ref('fct_gate_runs') }} as runs
        on
            changes.repository_id = runs.repository_id and changes.head_sha = runs.head_sha
            and runs.is_eval_gate and runs.is_required
            and coalesce(runs.completed_at, runs.started_at) <= changes.merged_at
    group by changes.pull_request_id, runs.gate
),

judged as (
    select
        pull_request_id,
        min(badness) as badness,
        bool_and(coalesce(scored_n > 0, false)) as is_scored
    from gates
    group by pull_request_id
),

decided as (
    select
        changes.*,
        coalesce(judged.badness = {{ gate_badness("'green'") }} and judged.is_scored, false) as is_gated_low,
        coalesce(judged.badness = {{ gate_badness("'green'") }}, false) as is_gated_mid,
        coalesce(judged.badness >= {{ gate_badness("'flaky_green'") }}, false) as is_gated_high,
        {{ minutes_between('changes.created_at', 'changes.closed_at') }} / 60.0 as hours
    from changes
    left join judged on changes.pull_request_id = judged.pull_request_id
)

{% set pull_request = {
    'member_id': 'pull_request_id', 'project_id': 'project_id', 'subject_name': 'change_name', 'source_system': "'github'", 'source_kind': "'pull_requests'",
    'source_record_id': 'pull_request_id', 'source_url': 'source_url',
} %}
{{ kpi_members('K01', 'decided', dict(
    pull_request, observed_on=utc_date('merged_at'), value_low='cast(is_gated_low as integer)', value_mid='cast(is_gated_mid as integer)',
    value_high='cast(is_gated_high as integer)'
), 'merged_at is not null') }}
union all
{{ kpi_members('K17', 'decided', dict(pull_request, observed_on=utc_date('closed_at'), value='hours')) }}
