-- What each KPI is, as the register says it, with the owner and the target that the organisation has set.
with told as (
    select
        register.*,
        {{ json_value_of('settings.kpi_owners', 'register.kpi_id') }} as configured_owner,
        try_cast({{ json_value_of('settings.kpi_targets', 'register.kpi_id') }} as double) as configured_target
    from {{ ref('kpi_register') }} as register
    cross join {{ ref('int_settings') }} as settings
)

select
    kpi_id,
    kpi_name,
    sentence,
    formula,
    source,
    dimension,
    aggregation,
    unit,
    smallest_n,
    target_text,
    target_comparison,
    coalesce(configured_target, target_value) as target_value,
    configured_target is not null as is_target_configured,
    coalesce(configured_owner, 'unassigned') as owner,
    timing,
    business_goal,
    review_by,
    limits,
    missing,
    how_to_supply,
    model,
    definition_version,
    -- A number tells by it which definition it was made with; who owns it, or what it is aimed at, does not change what it is.
    substr({{ stable_hash(['kpi_id', 'definition_version', 'formula', 'aggregation', 'unit', 'smallest_n']) }}, 1, 12) as metric_version
from told
