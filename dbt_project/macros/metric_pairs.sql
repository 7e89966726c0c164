{#- What a metric pair says after the name of its change: the metric before and after, how and when that was seen; or that it shipped without a pair, and why. -#}
{% macro metric_pair_words(pair) -%}
    case
        when {{ pair }}.not_observed_reason is null
            then ': ' || coalesce({{ pair }}.metric_name, 'a metric') || ' '
                || {{ metric_level(pair ~ '.value_before', pair ~ '.unit') }} || case {{ pair }}.basis when 'randomised' then ' without it and ' else ' before and ' end
                || {{ metric_level(pair ~ '.value_after', pair ~ '.unit') }} || case {{ pair }}.basis when 'randomised' then ' with it (' else ' after (' end
                || case {{ pair }}.basis when 'randomised' then 'two groups, ' when 'interrupted_series' then 'days before and after, ' else 'two eval runs, ' end
                || {{ day_range_text(utc_date(pair ~ '.window_from'), utc_date(pair ~ '.window_to')) }} || ')'
        when {{ pair }}.change_kind = 'experiment' then ': no before/after pair (' || replace({{ pair }}.not_observed_reason, '_', ' ') || ')'
        when {{ pair }}.not_observed_reason = 'shipped_without_a_metric' then ': shipped without a before/after pair'
        else ': shipped without a before/after pair (' || replace({{ pair }}.not_observed_reason, '_', ' ') || ')'
    end
{%- endmacro %}

{#- "62.7 %", or a number whose metric says what it is of. -#}
{% macro metric_level(value, unit) -%}
    {{ plain_number_text(value) }} || case {{ unit }} when '%' then ' %' else '' end
{%- endmacro %}

{#- "2026-03-04", "2026-02-02 to 2026-02-23", or "since 2026-02-02" where it goes on. -#}
{% macro day_range_text(first_day, last_day) -%}
    case
        when {{ last_day }} is null then 'since ' || cast({{ first_day }} as varchar)
        when {{ last_day }} > {{ first_day }} then cast({{ first_day }} as varchar) || ' to ' || cast({{ last_day }} as varchar)
        else cast({{ first_day }} as varchar)
    end
{%- endmacro %}
