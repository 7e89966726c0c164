-- A judge counts as calibrated where at least two raters labelled at least as many of its items as the policy asks for.
select
    {{ stable_hash(['judges.label_set', 'judges.question', 'judges.task_name', 'judges.scorer', 'judges.judge_id', 'judges.judge_prompt_sha']) }}
        as judge_calibration_id,
    judges.task_name,
    judges.scorer,
    nullif(judges.judge_id, '') as judge_id,
    nullif(judges.judge_prompt_sha, '') as judge_prompt_sha,
    judges.label_set,
    judges.question,
    judges.first_run_at,
    judges.last_run_at,
    judges.n_judged,
    judges.n_unlabelled,
    judges.n_tied,
    judges.n_items as n_compared,
    humans.n_raters,
    judges.state,
    judges.reason,
    judges.agreement_low,
    judges.agreement_mid,
    judges.agreement_high,
    judges.raw_agreement,
    judges.method,
    humans.agreement_mid as raters_agreement,
    judges.state = 'value' and judges.n_items >= {{ policy_threshold('calibration_items') }} and humans.n_raters >= 2 as is_calibrated,
    humans.source_url
from {{ ref('stg_statistics__judge_agreements') }} as judges
inner join {{ ref('fct_label_agreements') }} as humans on judges.label_set = humans.label_set and judges.question = humans.question
