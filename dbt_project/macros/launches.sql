{#- The durable id of a launch, made in every model that knows what was launched. -#}
{% macro launch_id(subject_kind, subject_id) -%}
    {{ stable_hash(["'launch'", subject_kind, subject_id]) }}
{%- endmacro %}

{#- When a launch began, for a headline; of an alias that was seen to have moved the days between which it was. -#}
{% macro launch_day_words() -%}
    case
        when started_after is null or {{ utc_date('started_after') }} = {{ utc_date('started_at') }} then ' on ' || cast({{ utc_date('started_at') }} as varchar)
        else ' between ' || cast({{ utc_date('started_after') }} as varchar) || ' and ' || cast({{ utc_date('started_at') }} as varchar)
    end
{%- endmacro %}
