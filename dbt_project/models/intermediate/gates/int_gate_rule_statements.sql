-- What a source of rules (a ruleset, or classic protection) required of a repository's default branch, and the moment from which that is
-- known. A ruleset's own versions tell it to the second. Where they cannot be read, what each reading saw in force tells it. What was
-- refused says nothing.
with snapshots as (
    select * from {{ ref('stg_github__branch_rule_snapshots') }}
),

versioned as (
    select repository_id, branch, source, updated_at as stated_at, true as is_exact, rules, _source_url
    from {{ ref('int_gate_ruleset_versions') }}
),

in_force as (
    select * from {{ ref('int_gate_rulesets_in_force') }}
),

rulesets as (
    select repository_id, branch, source from in_force
    union
    select repository_id, branch, source from versioned
),

observed as (
    -- All that was in force then; of these a source's own are told by their ruleset. A ruleset that a reading does not find in force
    -- requires nothing from then on, whatever its newest version says.
    select
        snapshots.repository_id,
        snapshots.branch,
        rulesets.source,
        snapshots.observed_at as stated_at,
        false as is_exact,
        snapshots.rules,
        snapshots._source_url
    from snapshots
    inner join rulesets on snapshots.repository_id = rulesets.repository_id and snapshots.branch = rulesets.branch
    where
        snapshots.rules_state <> 'refused'
        and not exists (
            select 1
            from versioned
            inner join in_force
                on
                    versioned.repository_id = in_force.repository_id
                    and versioned.branch = in_force.branch
                    and versioned.source = in_force.source
            where
                in_force.repository_id = snapshots.repository_id
                and in_force.branch = snapshots.branch
                and in_force.observed_at = snapshots.observed_at
                and in_force.source = rulesets.source
        )
),

classic as (
    select repository_id, branch, 'classic' as source, observed_at as stated_at, false as is_exact, classic as rules, _source_url
    from snapshots
    where classic_state <> 'refused'
)

select * from versioned
union all
select * from observed
union all
select * from classic
