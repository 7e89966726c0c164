{#-
The tail of every evidence model: contract columns from the model's own CTEs `facts` and `proofs`, and the line's gap rows.

`facts` has person_id, period_id, period_start, period_end, subject_kind, subject_id, subject_name, natural_key, state, headline,
measure, unit, value_low/mid/high, n, method, strength, share_low/mid/high, limits, falsifier and the line's own columns.
`proofs` has person_id, period_id, subject_id, natural_key, priority (what to open first), source_system, source_kind,
source_record_id. `own` maps the line's own columns to their types.
-#}
{% macro evidence_rows(line, own={}, facts='facts') -%}
{%- set keys = ['person_id', 'period_id', 'subject_id', 'natural_key'] -%}

known_proofs as (
    select p.person_id, p.period_id, p.subject_id, p.natural_key, p.source_system, p.source_kind, p.source_record_id, min(p.priority) as priority
    from proofs as p
    where p.source_record_id is not null
    group by p.person_id, p.period_id, p.subject_id, p.natural_key, p.source_system, p.source_kind, p.source_record_id
),

sourced as (
    select
        p.person_id,
        p.period_id,
        p.subject_id,
        p.natural_key,
        {{ source_refs(
            ['p.priority', 'p.source_system', 'p.source_kind', 'p.source_record_id'],
            'p.source_system', 'p.source_kind', 'p.source_record_id', 'r.url', 'r.extracted_at', 'r.load_id'
        ) }} as sources
    from known_proofs as p
    left join {{ ref('int_source_records') }} as r
        on p.source_system = r.system and p.source_kind = r.kind and p.source_record_id = r.id
    group by p.person_id, p.period_id, p.subject_id, p.natural_key
),

definition as (
    select
        l.*,
        substr({{ stable_hash(['l.line_id', 'l.definition_version', 'p.policy_version']) }}, 1, 12) as metric_version
    from {{ ref('review_lines') }} as l
    cross join (select min(policy_version) as policy_version from {{ ref('attribution_policy') }} where is_current) as p
    where l.line_id = '{{ line }}'
),

gaps as (
    select a.*
    from {{ ref('int_people_active') }} as a
    left join (select distinct person_id, period_id from {{ facts }}) as f on a.person_id = f.person_id and a.period_id = f.period_id
    where f.person_id is null
),

rows_of_line as (
    select
        f.person_id, f.period_id, f.period_start, f.period_end, f.subject_kind, f.subject_id, f.subject_name, f.natural_key, f.state, f.headline,
        f.measure, f.unit, f.value_low, f.value_mid, f.value_high, f.n, f.method, f.strength, f.share_low, f.share_mid, f.share_high,
        f.limits, f.falsifier, coalesce(s.sources, {{ no_sources() }}) as sources
        {%- for column in own %}, f.{{ column }}{% endfor %}
    from {{ facts }} as f
    left join sourced as s
        on {% for key in keys %}f.{{ key }} = s.{{ key }}{% if not loop.last %} and {% endif %}{% endfor %}
    union all
    select
        g.person_id, g.period_id, g.period_start, g.period_end, 'line', d.line_id, d.title, '', 'not_observed',
        d.title || ', ' || {{ period_text('g.period_id') }} || ': not observed, as ' || d.missing || '. To supply it: ' || d.how_to_supply || '.',
        null, null, null, null, null, null, null, null, null, null, null,
        'Absence of a record is not evidence of absence: work outside the connected sources, or under an account that is not linked, does not show.',
        d.falsifier, {{ no_sources() }}
        {%- for column, type in own.items() %}, cast(null as {{ type }}){% endfor %}
    from gaps as g
    cross join definition as d
)

select
    {{ stable_hash(["'" ~ line ~ "'", 'e.person_id', 'e.subject_kind', 'e.subject_id', 'e.period_id', 'e.natural_key']) }} as evidence_id,
    e.person_id,
    '{{ line }}' as review_line,
    e.period_id,
    e.period_start,
    e.period_end,
    e.subject_kind,
    e.subject_id,
    e.subject_name,
    e.state,
    e.headline,
    e.measure,
    e.unit,
    cast(round(e.value_low, 6) as double) as value_low,
    cast(round(e.value_mid, 6) as double) as value_mid,
    cast(round(e.value_high, 6) as double) as value_high,
    cast(e.n as bigint) as n,
    e.method,
    e.strength,
    cast(round(e.share_low, 6) as double) as share_low,
    cast(round(e.share_mid, 6) as double) as share_mid,
    cast(round(e.share_high, 6) as double) as share_high,
    e.limits,
    e.falsifier,
    e.sources,
    {%- for column, type in own.items() %}
    cast({% if type == 'double' and not column.startswith('p_') and not column.endswith('_p') %}round(e.{{ column }}, 6){% else %}e.{{ column }}{% endif %} as {{ type }}) as {{ column }},
    {%- endfor %}
    d.metric_version,
    {{ built_at() }} as built_at,
    {{ snapshot_id() }} as snapshot_id,
    'none' as dispute_state
from rows_of_line as e
cross join definition as d
{%- endmacro %}

{#- For `proofs`: what shows that the artifact of a fact is the person's. -#}
{% macro artifact_proofs(priority) -%}
    select f.person_id, f.period_id, f.subject_id, f.natural_key, {{ priority }}, a.source_system, a.source_kind, a.source_record_id
    from facts as f
    inner join {{ ref('int_artifact_proofs') }} as a
        on f.person_id = a.person_id and f.subject_id = a.artifact_id and f.period_id = a.period_id
{%- endmacro %}

{#- "65 %" or "between 57 % and 65 %"; below one percent with a decimal. -#}
{% macro share_range_text(low, high) -%}
    case
        when {{ high }} < 0.01 then {{ percent_text(high, 1) }} || ' %'
        when {{ percent_text(low) }} = {{ percent_text(high) }} then {{ percent_text(high) }} || ' %'
        else 'between ' || {{ percent_text(low) }} || ' % and ' || {{ percent_text(high) }} || ' %'
    end
{%- endmacro %}

{#- The columns that every evidence table has, in order. -#}
{% macro evidence_columns() %}
    {{ return([
        'evidence_id', 'person_id', 'review_line', 'period_id', 'period_start', 'period_end', 'subject_kind', 'subject_id', 'subject_name', 'state',
        'headline', 'measure', 'unit', 'value_low', 'value_mid', 'value_high', 'n', 'method', 'strength', 'share_low', 'share_mid', 'share_high',
        'limits', 'falsifier', 'sources', 'metric_version', 'built_at', 'snapshot_id', 'dispute_state',
    ]) }}
{% endmacro %}
