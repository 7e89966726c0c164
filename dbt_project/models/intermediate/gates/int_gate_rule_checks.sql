-- The checks and workflows that each statement of rules requires: rules of rulesets list them by type, classic protection in one object.
with statements as (
    select * from {{ ref('int_gate_rule_statements') }}
),

rules as (
    select statements.*, r.rule
    from statements
    {{ each(json_objects('statements.rules'), 'r', 'rule') }}
    where
        statements.source <> 'classic'
        -- A ruleset's version lists its own rules; what was seen in force lists everybody's.
        and (
            {{ json_text('r.rule', '$.ruleset_id') }} is null
            or 'ruleset:' || {{ json_text('r.rule', '$.ruleset_id') }} = statements.source
        )
),

checks as (
    select
        rules.repository_id, rules.branch, rules.source, rules.stated_at, 'check' as kind,
        {{ json_text('c.item', '$.context') }} as gate,
        {{ json_integer('c.item', '$.integration_id') }} as app_id
    from rules
    {{ each(json_objects(json_text('rules.rule', '$.parameters.required_status_checks')), 'c', 'item') }}
    where {{ json_text('rules.rule', '$.type') }} = 'required_status_checks'
),

workflows as (
    select
        rules.repository_id, rules.branch, rules.source, rules.stated_at, 'workflow' as kind,
        {{ json_text('w.item', '$.path') }} as gate,
        cast(null as bigint) as app_id
    from rules
    {{ each(json_objects(json_text('rules.rule', '$.parameters.workflows')), 'w', 'item') }}
    where {{ json_text('rules.rule', '$.type') }} = 'workflows'
),

classic as (
    select
        statements.repository_id, statements.branch, statements.source, statements.stated_at, 'check' as kind,
        {{ json_text('c.item', '$.context') }} as gate,
        nullif({{ json_integer('c.item', '$.app_id') }}, -1) as app_id
    from statements
    {{ each(json_objects(json_text('statements.rules', '$.required_status_checks.checks')), 'c', 'item') }}
    where statements.source = 'classic'
)

select distinct * from checks
union all
select distinct * from workflows
union all
select distinct * from classic
