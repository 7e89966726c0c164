-- The middle shares of all people in one subject and period never exceed the whole.
select review_line, subject_id, period_id, sum(share_mid) as total
from (
    select distinct review_line, subject_kind, subject_id, period_id, person_id, max(share_mid) as share_mid
    from {{ ref('evidence_all') }}
    where subject_kind in ('artifact', 'eval_suite', 'experiment', 'epic', 'model_migration', 'deployment', 'flag', 'checkpoint')
    group by review_line, subject_kind, subject_id, period_id, person_id
) as shares
group by review_line, subject_id, period_id
having sum(share_mid) > 1.00001
