-- Rulesets that a reading found in force on a default branch; a reading that was refused found nothing out.
select distinct
    snapshots.repository_id,
    snapshots.branch,
    snapshots.observed_at,
    'ruleset:' || {{ json_text('r.rule', '$.ruleset_id') }} as source
from {{ ref('stg_github__branch_rule_snapshots') }} as snapshots
{{ each(json_objects('snapshots.rules'), 'r', 'rule') }}
where snapshots.rules_state <> 'refused'
