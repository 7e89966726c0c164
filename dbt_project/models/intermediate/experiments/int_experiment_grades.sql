-- How far a randomised result may be believed. Whether an effect lasted (HOLD, NOVELTY) is told beside it and is no part of the grade.
with judged as (
    select
        experiment_id,
        phase,
        metric_key,
        variant_key,
        max(case when check_code in ('SRM', 'UNIT') then severity else 0 end) as groups_severity,
        max(case when check_code not in ('HOLD', 'NOVELTY') then severity else 0 end) as required_severity,
        {{ joined_text("case when severity > 0 and check_code not in ('HOLD', 'NOVELTY') then check_code || ' ' || " ~ check_status('severity') ~ " end", ', ', 'severity desc, check_code') }}
            as open_checks
    from {{ ref('int_experiment_result_checks') }}
    group by experiment_id, phase, metric_key, variant_key
)

select
    experiment_id,
    phase,
    metric_key,
    variant_key,
    groups_severity = 3 as is_withheld,
    case
        when groups_severity = 3 then null
        when required_severity = 0 then 'A'
        else 'B'
    end as evidence_grade,
    open_checks
from judged
