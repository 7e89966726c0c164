select
    {{ stable_hash(["'kill_decision'", 'subject_kind', 'subject_id']) }} as kill_decision_id,
    subject_kind,
    subject_id,
    subject_name,
    project_id,
    decided_at,
    decided_by_person_id,
    assignee_person_id,
    removed_by_person_id,
    stated_reason,
    evidence_class,
    case
        when recorded_at <= decided_at or subject_kind = 'experiment' then 'resolved'
        when evidence_class = 'unsupported' then 'none'
        else 'derived'
    end as evidence_strength,
    record_pull_request_id,
    record_path,
    recorded_at,
    eval_run_id,
    eval_is_passed,
    experiment_id,
    flag_change_id,
    is_reconsidered,
    source_url
from {{ ref('int_kill_decisions') }}
