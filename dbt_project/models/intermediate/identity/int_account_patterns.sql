-- Accounts that are no people: GitHub's ghost, bots by their source's own mark, bots and coding agents by the seeded patterns.
with patterns as (
    select * from {{ ref('ai_agents') }}
    union all
    select * from {{ ref('bots') }}
),

signed as (
    select seen.system, seen.account, patterns.*,
        coalesce(case patterns.field when 'email' then seen.email when 'login' then seen.account_login else seen.name end, '') as signature
    from {{ ref('int_accounts_seen') }} as seen
    cross join patterns
    where patterns.field != 'name' or seen.system = 'git'
),

matched as (
    select
        system,
        account,
        person_id,
        display_name,
        kind,
        'pattern_' || field as rule,
        case field when 'name' then 0.7 else 1.0 end as confidence,
        field || ' matches ' || pattern as evidence,
        -- The nameless agent is the last resort among patterns; names only decide where no address, login or directory entry does.
        case when field = 'name' then 9 when person_id = 'ai_agent:other' then 2 else 1 end as priority
    from signed
    where case when {{ has_text('lower(signature)', 'fragment') }} then {{ matches_nocase('signature', 'pattern') }} else false end
),

marked as (
    select
        system,
        account,
        'bot:' || lower(coalesce({{ extract('account_login', "'^(.+?)([[]bot[]])?$'") }}, name, account))
        || case when system = 'jira' then '' else '[bot]' end as person_id,
        coalesce(name, account_login, account) as display_name,
        'bot' as kind,
        'source_marks_bot' as rule,
        1.0 as confidence,
        case
            when account_type = 'Bot' then 'GitHub account type Bot'
            when account_type = 'app' then 'Jira account type app'
            else 'login ends in [bot]'
        end as evidence,
        3 as priority
    from {{ ref('int_accounts_seen') }}
    where
        (system = 'github' and account_type = 'Bot')
        or (system = 'jira' and account_type = 'app')
        or (system in ('github', 'git') and account_login like '%[bot]')
),

ghost as (
    select
        system,
        account,
        cast(null as varchar) as person_id,
        'ghost' as display_name,
        'unknown' as kind,
        'ghost' as rule,
        1.0 as confidence,
        'GitHub shows deleted accounts as this one' as evidence,
        -- Not even people can tell whose this is: it is many accounts' work.
        -2 as priority
    from {{ ref('int_accounts_seen') }}
    where system = 'github' and account = '{{ ghost_id() }}'
)

select * from matched
union all
select * from marked
union all
select * from ghost
