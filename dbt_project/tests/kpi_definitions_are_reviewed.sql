-- S4-19: a KPI whose review is overdue is named in every build; it stays until somebody decides.
{{ config(severity='warn') }}
select kpi_id, kpi_name, owner, review_by
from {{ ref('kpi_definitions') }}
where review_by < {{ utc_date(built_at()) }}
