-- Checks that a branch requires, as its rules stand today; past rules are not kept by GitHub.
select
    repository_id,
    branch,
    context as gate,
    min(case when app_id > 0 then app_id end) as app_id,
    case when bool_or(how = 'ruleset') then 'ruleset' else 'classic' end as required_how
from {{ ref('stg_github__required_checks') }}
group by repository_id, branch, context
