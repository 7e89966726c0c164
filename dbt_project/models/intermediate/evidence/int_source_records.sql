-- Raw records by system, table and key: what a source reference of an evidence row points at.
-- The id is the raw table's key columns in the contract's order, joined by a bar.
{% set records = [
    ('github', 'pull_requests', ref('stg_github__pull_requests'), ['pull_request_id']),
    ('github', 'reviews', ref('stg_github__reviews'), ['review_id']),
    ('github', 'issues', ref('stg_github__issues'), ['issue_id']),
    ('github', 'workflow_runs', ref('stg_github__workflow_runs'), ['run_id', 'run_attempt']),
    ('github', 'workflow_jobs', ref('stg_github__workflow_jobs'), ['job_id']),
    ('github', 'releases', ref('stg_github__releases'), ['release_id']),
    ('github', 'deployments', ref('stg_github__deployments'), ['deployment_id']),
    ('github', 'check_runs', ref('stg_github__check_runs'), ['check_run_id']),
    ('git', 'repositories', ref('stg_git__repositories'), ['repository_id']),
    ('git', 'commits', ref('stg_git__commits'), ['repository_id', 'sha']),
    ('git', 'manifest_declarations', ref('stg_git__manifest_declarations'), ['repository_id', 'path', 'ecosystem', 'package', 'from_sha']),
    ('git', 'workflow_uses', ref('stg_git__workflow_uses'), ['repository_id', 'path', 'uses', 'from_sha']),
    ('git', 'mentions', ref('stg_git__mentions'), ['repository_id', 'path', 'artifact_id', 'is_exact', 'from_sha']),
    ('git', 'imports', ref('stg_git__imports'), ['repository_id', 'path', 'artifact_id', 'from_sha']),
    ('git', 'documents', ref('stg_git__documents'), ['repository_id', 'path', 'from_sha']),
    ('git', 'tree_files', ref('stg_git__tree_files'), ['repository_id', 'path']),
    ('git', 'prompt_versions', ref('stg_git__prompt_versions'), ['repository_id', 'prompt_key', 'sha']),
    ('git', 'document_links', ref('stg_git__document_links'), ['repository_id', 'path', 'target_kind', 'target', 'from_sha']),
    ('git', 'model_settings', ref('stg_git__model_settings'), ['repository_id', 'path', 'key', 'model', 'from_sha']),
    ('documents', 'documents', ref('stg_documents__documents'), ['document_id']),
    ('documents', 'document_links', ref('stg_documents__document_links'), ['document_id', 'target_kind', 'target']),
    ('people', 'splits', ref('stg_people__splits'), ['split_id', 'person_id']),
    ('packets', 'statements', ref('stg_packets__statements'), ['statement_id']),
    ('registers', 'project_contexts', ref('stg_registers__project_contexts'), ['entry_id']),
    ('registers', 'self_reports', ref('stg_registers__self_reports'), ['entry_id']),
    ('registers', 'checkpoints', ref('stg_registers__checkpoints'), ['entry_id']),
    ('jira', 'issues', ref('stg_jira__issues'), ['issue_id']),
    ('jira', 'issue_changes', ref('stg_jira__issue_changes'), ['issue_id', 'history_id', 'item']),
    ('incidents', 'incidents', ref('stg_incidents__incidents'), ['incident_id']),
    ('labels', 'label_sets', ref('stg_labels__label_sets'), ['label_set']),
    ('registers', 'model_spend', ref('stg_registers__model_spend'), ['entry_id']),
    ('registers', 'survey_answers', ref('stg_registers__survey_answers'), ['entry_id']),
    ('incidents', 'on_call_shifts', ref('stg_incidents__on_call_shifts'), ['schedule_id', 'account', 'started_at']),
    ('evals', 'runs', ref('stg_evals__runs'), ['run_id']),
    ('evals', 'prompt_versions', ref('stg_evals__prompt_versions'), ['store', 'name', 'version']),
    ('evals', 'model_versions', ref('stg_evals__model_versions'), ['store', 'name', 'version']),
    ('evals', 'model_aliases', ref('stg_evals__model_aliases'), ['store', 'name', 'alias', 'version', 'first_seen_at']),
    ('evals', 'dataset_versions', ref('stg_evals__dataset_versions'), ['dataset_version_id']),
    ('experiments', 'experiments', ref('stg_experiments__experiments'), ['experiment_id']),
    ('experiments', 'phases', ref('stg_experiments__phases'), ['experiment_id', 'phase']),
    ('experiments', 'metric_days', ref('stg_experiments__metric_days'), ['experiment_id', 'metric_key', 'series', 'day']),
    ('experiments', 'flag_changes', ref('stg_experiments__flag_changes'), ['flag_change_id']),
    (
        'experiments', 'results', ref('stg_experiments__results'),
        ['experiment_id', 'phase', 'metric_key', 'dimension', 'dimension_value', 'variant_key', 'baseline_key']
    ),
] %}

{% for system, kind, relation, key in records %}
select
    '{{ system }}' as system,
    '{{ kind }}' as kind,
    {{ record_id(key) }} as id,
    _source_url as url,
    _extracted_at as extracted_at,
    _load_id as load_id
from {{ relation }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
