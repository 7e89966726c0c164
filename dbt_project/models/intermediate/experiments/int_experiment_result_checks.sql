-- Every check that speaks about a result: of its experiment, its phase, its metric, or the guardrails beside it. Of several the worst counts.
select
    results.experiment_id,
    results.phase,
    results.metric_key,
    results.variant_key,
    checks.check_code,
    max(case checks.status when 'fail' then 3 when 'warn' then 2 when 'unknown' then 1 else 0 end) as severity,
    {{ joined_text('checks.detail', '; ', 'checks.phase, checks.metric_key, checks.detail') }} as detail
from (
    select distinct experiment_id, phase, metric_key, variant_key
    from {{ ref('stg_experiments__results') }}
    where dimension = ''
) as results
inner join {{ ref('stg_statistics__experiment_checks') }} as checks
    on
        results.experiment_id = checks.experiment_id
        and (checks.phase is null or results.phase = checks.phase)
        and (checks.metric_key = '' or results.metric_key = checks.metric_key or checks.check_code = 'GUARD')
        and (checks.variant_key = '' or results.variant_key = checks.variant_key)
group by results.experiment_id, results.phase, results.metric_key, results.variant_key, checks.check_code
