-- The six parts of a system around each launch: the record that shows a part best, or none. `resolved` is tied to the launch itself,
-- `derived` by project and time alone.
{% set parts = ['offline_harness', 'online_ab', 'flag', 'rollback_playbook', 'cost_analysis', 'monitoring'] %}
{% set document_words = {
    'rollback_playbook': "roll[ _-]?back|playbook|runbook|revert[ _-]?plan",
    'cost_analysis': "(^|[^a-z])(costs?|pricing|spend|budget)([^a-z]|$)",
    'monitoring': "monitor|alert|dashboard|observab|(^|[^a-z])slos?([^a-z]|$)",
} %}
with launches as (
    select
        launches.launch_id, launches.subject_kind, launches.subject_id, launches.project_id, launches.started_at,
        windows.baseline_from, windows.window_end
    from {{ ref('fct_launches') }} as launches
    inner join {{ ref('int_launch_windows') }} as windows on launches.launch_id = windows.launch_id
),

changes as (
    select own.launch_id, own.pull_request_id, pulls.repository_id, pulls.number
    from {{ ref('int_launch_pull_requests') }} as own
    inner join {{ ref('fct_pull_requests') }} as pulls on own.pull_request_id = pulls.pull_request_id
),

-- The experiment that was launched, and those that name a change of the launch.
own_experiments as (
    select launch_id, subject_id as experiment_id from launches where subject_kind = 'experiment'
    union
    select changes.launch_id, links.experiment_id
    from changes
    inner join {{ ref('int_experiment_pull_requests') }} as links on changes.pull_request_id = links.pull_request_id
),

documents as (
    select
        {{ stable_hash(['repository_id', 'path']) }} as document_id,
        system, record_id, repository_id, from_pull_request_number, from_at, to_at,
        path || ' ' || coalesce(title, '') as name
    from {{ ref('int_documents_told') }}
),

found as (
    select
        changes.launch_id, 'offline_harness' as part, 'resolved' as strength, 'an eval run of a change of the launch' as found_by,
        'evals' as source_system, 'runs' as source_kind, runs.eval_run_id as source_record_id
    from changes
    inner join {{ ref('int_eval_runs') }} as runs on changes.repository_id = runs.repository_id and changes.number = runs.pull_request_number
    union all
    select launches.launch_id, 'offline_harness', 'resolved', 'an eval run of a change that the deployment brought', 'evals', 'runs', runs.eval_run_id
    from launches
    inner join {{ ref('int_shipments') }} as shipments
        on launches.subject_kind = 'deployment' and launches.subject_id = shipments.repository_id || '@' || shipments.sha
    inner join {{ ref('int_shipment_pull_requests') }} as brought on shipments.shipment_key = brought.shipment_key
    inner join {{ ref('fct_pull_requests') }} as pulls on brought.pull_request_id = pulls.pull_request_id
    inner join {{ ref('int_eval_runs') }} as runs on pulls.repository_id = runs.repository_id and pulls.number = runs.pull_request_number
    where shipments.kind = 'deployment' and shipments.shipping_state = 'shipped'
    union all
    select launch_id, 'offline_harness', 'derived', 'an eval run of the project before the launch', 'evals', 'runs', eval_run_id
    from {{ ref('int_launch_runs') }}
    where side = 'before'
    union all
    select
        own.launch_id, 'online_ab', 'resolved', 'an experiment with a control of the launch itself', 'experiments', 'experiments', own.experiment_id
    from own_experiments as own
    inner join {{ ref('fct_experiments') }} as experiments on own.experiment_id = experiments.experiment_id
    where experiments.has_holdout
    union all
    select
        launches.launch_id, 'online_ab', 'derived', 'an experiment with a control of the project in these months',
        'experiments', 'experiments', experiments.experiment_id
    from launches
    inner join {{ ref('fct_experiments') }} as experiments on launches.project_id = experiments.project_id
    where experiments.has_holdout and experiments.started_at >= launches.baseline_from and experiments.started_at < launches.window_end
    union all
    select launch_id, 'flag', 'resolved', 'changes of the flag that was launched', source_system, source_kind, source_record_id
    from {{ ref('int_launch_proofs') }}
    where source_kind = 'flag_changes'
    union all
    select own.launch_id, 'flag', 'resolved', 'the flag that its experiment names', 'experiments', 'experiments', own.experiment_id
    from own_experiments as own
    inner join {{ ref('fct_experiments') }} as experiments on own.experiment_id = experiments.experiment_id
    where experiments.feature_flag_key is not null
    union all
    select
        launches.launch_id, 'flag', 'derived', 'a change of a flag of the project in these months', 'experiments', 'flag_changes', flags.flag_change_id
    from launches
    inner join {{ ref('fct_flag_changes') }} as flags on launches.project_id = flags.project_id
    where flags.changed_at >= launches.baseline_from and flags.changed_at < launches.window_end
    {% for part, words in document_words.items() %}
    union all
    select
        changes.launch_id, '{{ part }}', 'resolved', 'a document that a change of the launch brought', documents.system, 'documents',
        documents.record_id
    from changes
    inner join documents on changes.repository_id = documents.repository_id and changes.number = documents.from_pull_request_number
    where {{ matches_nocase('documents.name', "'" ~ words ~ "'") }}
    union all
    -- Also one that lies outside of every repository, and so in no project.
    select
        changes.launch_id, '{{ part }}', 'resolved', 'a document that a change of the launch names', documents.system, 'documents',
        documents.record_id
    from changes
    inner join {{ ref('fct_document_citations') }} as citations
        on citations.citing_kind = 'pull_request' and cast(changes.pull_request_id as varchar) = citations.citing_id
    inner join documents on citations.document_id = documents.document_id
    where {{ matches_nocase('documents.name', "'" ~ words ~ "'") }}
    union all
    select
        launches.launch_id, '{{ part }}', 'derived', 'a document of the project with such a name', documents.system, 'documents',
        documents.record_id
    from launches
    inner join {{ ref('int_repository_projects') }} as members on launches.project_id = members.project_id
    inner join documents on members.repository_id = documents.repository_id
    where
        documents.from_at < launches.window_end
        and (documents.to_at is null or documents.to_at > launches.started_at)
        and {{ matches_nocase('documents.name', "'" ~ words ~ "'") }}
    {% endfor %}
    union all
    select own.launch_id, 'cost_analysis', 'resolved', 'a metric of cost of its own experiment', 'experiments', 'experiments', own.experiment_id
    from own_experiments as own
    inner join {{ ref('fct_experiment_results') }} as results on own.experiment_id = results.experiment_id
    where {{ matches_nocase('results.metric_name', "'(^|[^a-z])(costs?|spend|tokens?)([^a-z]|$)'") }}
    union all
    select runs.launch_id, 'cost_analysis', 'derived', 'what eval runs of the project cost', 'evals', 'runs', runs.eval_run_id
    from {{ ref('int_launch_runs') }} as runs
    inner join {{ ref('fct_eval_run_costs') }} as costs on runs.eval_run_id = costs.eval_run_id
    where costs.state = 'value'
    union all
    select launches.launch_id, 'cost_analysis', 'derived', 'what a provider charged the project', 'registers', 'model_spend', spend.entry_id
    from launches
    inner join {{ ref('int_project_spellings') }} as spellings on launches.project_id = spellings.project_id
    inner join {{ ref('stg_registers__model_spend') }} as spend on spellings.spelling = lower(trim(spend.project))
    where spend.amount is not null and spend.day >= {{ utc_date('launches.baseline_from') }} and spend.day < {{ utc_date('launches.window_end') }}
    union all
    select
        own.launch_id, 'monitoring', 'resolved', 'daily values of its metric after the launch', 'experiments', 'metric_days',
        {{ record_id(['days.experiment_id', 'days.metric_key', 'days.series', 'days.day']) }}
    from own_experiments as own
    inner join launches on own.launch_id = launches.launch_id
    inner join {{ ref('stg_experiments__metric_days') }} as days on own.experiment_id = days.experiment_id
    where days.day > {{ utc_date('launches.started_at') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by launch_id, part
            order by case strength when 'resolved' then 1 else 2 end, source_system, source_kind, source_record_id, found_by
        ) as place
    from found
),

asked as (
    select launches.launch_id, each_part.part
    from launches
    {{ each(list_of(["'" ~ parts | join("', '") ~ "'"]), 'each_part', 'part') }}
)

select
    asked.launch_id,
    asked.part,
    coalesce(best.strength, 'missing') as strength,
    best.found_by,
    best.source_system,
    best.source_kind,
    best.source_record_id
from asked
left join ranked as best on asked.launch_id = best.launch_id and asked.part = best.part and best.place = 1
