{% set supply = {
    'offline_harness': 'write eval runs of its changes to the eval store',
    'online_ab': 'link the pull request in an experiment with a control',
    'flag': 'connect the flag store under [[sources.experiments]] or name the flag in the experiment',
    'rollback_playbook': 'merge a document that says rollback, playbook or runbook in its name, and list its folder under documents in [sources.git]',
    'cost_analysis': 'measure cost in the experiment, or add a register of spend or prices, or a document that says cost in its name',
    'monitoring': 'give the experiment store the metric by day, or add a document that says monitoring, alerts or dashboard in its name',
} %}
{% set own = {
    'launch_id': 'varchar', 'project_id': 'varchar', 'started_at': 'timestamp with time zone', 'full_at': 'timestamp with time zone', 'evidence_class': 'varchar',
    'n_resolved': 'bigint', 'n_found': 'bigint',
} %}
{% for part in supply %}
    {% do own.update({part: 'varchar', part ~ '_found_by': 'varchar'}) %}
{% endfor %}
with people as (
    select launch_id, person_id, sum(share) as share
    from {{ ref('bridge_launch_people') }}
    where person_id is not null
    group by launch_id, person_id
),

checklists as (
    select
        launch_id,
        {% for part in supply %}
        max(case when part = '{{ part }}' then strength end) as {{ part }},
        max(case when part = '{{ part }}' then found_by end) as {{ part }}_found_by,
        {% endfor %}
        count(*) filter (where strength = 'resolved') as n_resolved,
        count(*) filter (where strength <> 'missing') as n_found
    from {{ ref('int_launch_parts') }}
    group by launch_id
),

framed as (
    select
        checklists.*,
        launches.subject_kind,
        launches.subject_id,
        launches.subject_name,
        launches.project_id,
        launches.started_at,
        launches.started_after,
        launches.full_at,
        launches.evidence_class,
        people.person_id,
        people.share,
        periods.period_id,
        periods.period_start,
        periods.period_end,
        -- The separator before the first is cut off again.
        substr(
            ''{% for part in supply %}
            || case when checklists.{{ part }} <> 'missing' then '; {{ part | replace("_", " ") }}: ' || checklists.{{ part }}_found_by else '' end
            {%- endfor %}, 3
        ) as found,
        substr(
            ''{% for part, how in supply.items() %}
            || case when checklists.{{ part }} = 'missing' then '; {{ part | replace("_", " ") }} (to supply it: {{ how }})' else '' end
            {%- endfor %}, 3
        ) as missing
    from checklists
    inner join {{ ref('fct_launches') }} as launches on checklists.launch_id = launches.launch_id
    inner join people on launches.launch_id = people.launch_id
    inner join {{ ref('dim_people') }} as humans on people.person_id = humans.person_id and humans.kind = 'human'
    inner join {{ ref('int_periods') }} as periods
        on {{ utc_date('launches.started_at') }} >= periods.period_start and {{ utc_date('launches.started_at') }} < periods.period_end
),

facts as (
    select
        person_id, period_id, period_start, period_end, subject_kind, subject_id, subject_name, launch_id as natural_key,
        case when n_found = 0 then 'observed_zero' else 'value' end as state,
        'Around the launch of ' || subject_name || {{ launch_day_words() }} || ', '
        || {{ counted_noun('n_found', 'of six parts of the system is', 'of six parts of the system are') }} || ' on record'
        || case when n_found = 0 then '' else ' (' || found || ')' end
        || case when n_found = 6 then '' else '; missing: ' || missing end
        || '.' as headline,
        'parts of the system' as measure,
        'parts' as unit,
        n_resolved as value_low,
        (n_resolved + n_found) / 2.0 as value_mid,
        n_found as value_high,
        n_found as n,
        'of offline harness, online A/B, flag, rollback playbook, cost analysis and monitoring: low = tied to the launch itself, high = also those of the '
        || 'same project and months, mid = half of those' as method,
        case when n_resolved > 0 and n_resolved = n_found then 'resolved' else 'derived' end as strength,
        share as share_low,
        share as share_mid,
        share as share_high,
        'That a part is there does not say that it is good, nor who of the launch''s people made it. Documents are known by their names, not by what they say; '
        || 'what lies outside the connected sources does not show.' as limits,
        'A linked record of a part that is called missing, or a record that turns out to be of something else.' as falsifier,
        {{ own.keys() | join(', ') }}
    from framed
),

proofs as (
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 1 as priority, p.source_system, p.source_kind, p.source_record_id
    from facts as f
    inner join {{ ref('int_launch_parts') }} as p on f.launch_id = p.launch_id
    union all
    select f.person_id, f.period_id, f.subject_id, f.natural_key, 2, p.source_system, p.source_kind, p.source_record_id
    from facts as f
    inner join {{ ref('int_launch_proofs') }} as p on f.launch_id = p.launch_id
),

{{ evidence_rows('system_framing', own) }}
