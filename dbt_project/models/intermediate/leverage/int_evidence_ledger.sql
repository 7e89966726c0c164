-- One row per checkable fact: this artifact was named, declared, run or relied on there, then, accepted by so-and-so.
{% set shared = [
    'artifact_id', 'repository_id', 'channel', 'rung', 'group_key', 'natural_key', 'path', 'line', 'sha', 'url', 'first_seen_at', 'last_seen_at',
    'day_from', 'day_to', 'accepted_by_person_id', 'accepted_by_kind', 'accepted_how', 'source_system', 'source_kind', 'source_record_id',
] %}
{% set channels = [
    {'model': 'int_ledger_declarations', 'project': 'cast(null as varchar)', 'is_span': 'true', 'is_lost': 'is_lost', 'is_executed': 'true', 'is_similar': 'is_similar',
        'n_items': 'n_items', 'pull': 'pull_request_number'},
    {'model': 'int_ledger_workflow_runs', 'project': 'cast(null as varchar)', 'is_span': 'false', 'is_lost': 'false', 'is_executed': 'is_executed', 'is_similar': 'false',
        'n_items': '1', 'pull': 'null'},
    {'model': 'int_ledger_eval_runs', 'project': 'project_id', 'is_span': 'false', 'is_lost': 'false', 'is_executed': 'true', 'is_similar': 'false', 'n_items': '1', 'pull': 'null'},
    {'model': 'int_ledger_gate_catches', 'project': 'project_id', 'is_span': 'false', 'is_lost': 'false', 'is_executed': 'true', 'is_similar': 'false', 'n_items': '1',
        'pull': 'null'},
    {'model': 'int_ledger_packets', 'project': 'project_id', 'is_span': 'false', 'is_lost': 'false', 'is_executed': 'true', 'is_similar': 'false', 'n_items': '1', 'pull': 'null'},
    {'model': 'int_ledger_texts', 'project': 'project_id', 'is_span': 'false', 'is_lost': 'false', 'is_executed': 'true', 'is_similar': 'is_similar', 'n_items': '1',
        'pull': 'null'},
] %}

with facts as (
    {% for item in channels %}
    select
        {{ shared | join(', ') }},
        {{ item.project }} as given_project_id,
        {{ item.is_span }} as is_span,
        {{ item.is_lost }} as is_lost,
        {{ item.is_executed }} as is_executed,
        {{ item.is_similar }} as is_similar,
        cast({{ item.n_items }} as bigint) as n_items,
        cast({{ item.pull }} as bigint) as pull_request_number
    from {{ ref(item.model) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

placed as (
    select f.*, coalesce(f.given_project_id, r.project_id, f.repository_id, 'unmapped') as project_id
    from facts as f
    left join {{ ref('int_repository_projects') }} as r on f.repository_id = r.repository_id
),

inherited as (
    select t.repository_id, f.path
    from {{ ref('dim_projects') }} as t
    inner join {{ ref('dim_projects') }} as template on t.template_project_id = template.project_id
    inner join {{ ref('stg_git__tree_files') }} as f on template.repository_id = f.repository_id
)

select
    {{ stable_hash(['p.artifact_id', 'p.project_id', 'p.channel', 'p.natural_key']) }} as ledger_id,
    p.project_id,
    {% for column in shared %}p.{{ column }}, {% endfor %}
    p.is_span,
    coalesce(p.is_lost, false) as is_lost,
    p.n_items,
    case p.channel
        when 'gate_catch' then 'resolved' when 'run_reusable' then 'resolved' when 'eval_run' then 'resolved'
        when 'vendored' then 'derived' else 'declared'
    end as strength,
    p.channel || ' v1' as detector,
    -- Reasons that hold in every period, the first that applies; the others depend on the period.
    case
        when p.is_similar then 'similar_name'
        when p.project_id = a.project_id or p.repository_id = a.repository_id then 'own_repository'
        when d.project_id is null then 'project_unmapped'
        when d.is_fork then 'fork'
        when p.is_span and p.pull_request_number is null and i.path is not null then 'template_inherited'
        when d.is_archived then 'archived'
        when p.channel = 'vendored' then 'vendored_copy'
        when not p.is_executed then 'not_executed'
    end as excluded_reason
from placed as p
inner join {{ ref('dim_artifacts') }} as a on p.artifact_id = a.artifact_id
left join {{ ref('dim_projects') }} as d on p.project_id = d.project_id
left join inherited as i on p.repository_id = i.repository_id and p.path = i.path
