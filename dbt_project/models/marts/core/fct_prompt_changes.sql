select
    changes.prompt_change_id,
    changes.prompt_id,
    changes.repository_id,
    coalesce(projects.project_id, spellings.project_id) as project_id,
    changes.path,
    changes.symbol,
    changes.kind,
    changes.pull_request_id,
    changes.pull_request_number,
    changes.sha,
    changes.landed_at,
    changes.ended_at,
    changes.n_lines,
    changes.change_kind,
    changes.reverts_change_id,
    changes.reverted_by_change_id,
    changes.reverted_how,
    changes.reverted_confidence,
    changes.reverted_at,
    attempts.attempt_no,
    attempts.n_failed_confirmed,
    attempts.n_failed_possible,
    attempts.n_people_before as n_failed_people,
    changes.outcome,
    reasons.reason_url,
    coalesce(reasons.has_linked_issue, false) as has_linked_issue,
    coalesce(reasons.has_stated_reason, false) as has_stated_reason,
    coalesce(evals.eval_run_before_id is not null and evals.eval_run_after_id is not null, false) as has_eval_before_after,
    coalesce(attempts.n_failed_possible > 0 or reasons.has_decision_record, false) as has_alternatives,
    evals.eval_run_before_id,
    evals.eval_run_after_id,
    changes.previous_text_sha,
    changes.text_sha,
    changes.source,
    changes.version,
    registered.aliases,
    changes.source_url
from {{ ref('int_prompt_changes') }} as changes
left join {{ ref('int_repository_projects') }} as projects on changes.repository_id = projects.repository_id
left join {{ ref('int_prompt_changes_registered') }} as registered on changes.prompt_change_id = registered.prompt_change_id
left join {{ ref('int_project_spellings') }} as spellings on registered.project_spelling = spellings.spelling
left join {{ ref('int_prompt_attempts') }} as attempts on changes.prompt_change_id = attempts.prompt_change_id
left join {{ ref('int_prompt_reasons') }} as reasons on changes.prompt_change_id = reasons.prompt_change_id
left join {{ ref('int_prompt_evals') }} as evals on changes.prompt_change_id = evals.prompt_change_id
