-- Every KPI has a row for the organisation in every period, if only to say what is missing.
select definitions.kpi_id, periods.period_id
from {{ ref('kpi_definitions') }} as definitions
cross join {{ ref('int_periods') }} as periods
left join {{ ref('kpi_values') }} as answers
    on definitions.kpi_id = answers.kpi_id and periods.period_id = answers.period_id and answers.scope_kind = 'organisation'
where answers.kpi_value_id is null
