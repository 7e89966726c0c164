{#- The end of an identity step: of an account's candidates the strongest rule wins; two people by it are a conflict, never a guess. -#}
{% macro settle_accounts(candidates) -%}
, strongest as (
    select system, account, min(priority) as priority
    from {{ candidates }}
    group by system, account
),

settled as (
    select
        c.system,
        c.account,
        case when count(distinct c.person_id) <= 1 then min(c.person_id) end as person_id,
        case when count(distinct c.person_id) <= 1 then min(c.kind) else 'unknown' end as kind,
        case when count(distinct c.person_id) <= 1 then min(c.rule) else 'conflict' end as rule,
        case when count(distinct c.person_id) <= 1 then max(c.confidence) end as confidence,
        case
            when count(distinct c.person_id) <= 1 then min_by(c.evidence, c.rule || c.evidence)
            else 'rule ' || min(c.rule) || ' names ' || {{ joined_text('distinct c.person_id', ' and ', 'c.person_id') }}
        end as evidence,
        min(c.priority) as priority
    from {{ candidates }} as c
    inner join strongest
        on c.system = strongest.system and c.account = strongest.account and c.priority = strongest.priority
    group by c.system, c.account
)

select * from settled
{%- endmacro %}


{#- Rows of an identity step without those that give an account to somebody whose it is not, by people's decision. -#}
{% macro never_unlinked(candidates) -%}
    select ruled.*
    from {{ candidates }} as ruled
    left join {{ ref('int_account_decisions') }} as unlinked
        on
            unlinked.decision = 'unlink' and ruled.system = unlinked.system and ruled.account = unlinked.account
            and ruled.person_id = unlinked.named_id
    where unlinked.account is null
{%- endmacro %}
