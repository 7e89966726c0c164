{#- What two eval runs were measured with: whether a difference between them is one of what was measured. -#}

{#- Why two rows of int_eval_run_rulers are not comparable, else `comparable`. -#}
{% macro comparability(earlier, later) -%}
    case
        when {{ earlier }}.git_is_dirty or {{ later }}.git_is_dirty then 'uncommitted_changes'
        when {{ earlier }}.dataset_version_id is null or {{ later }}.dataset_version_id is null then 'dataset_unknown'
        when {{ earlier }}.dataset_version_id <> {{ later }}.dataset_version_id then 'dataset_changed'
        when coalesce({{ earlier }}.primary_metric, '') <> coalesce({{ later }}.primary_metric, '') then 'scorer_changed'
        when
            coalesce({{ earlier }}.judge_id, '') <> coalesce({{ later }}.judge_id, '')
            or coalesce({{ earlier }}.judge_prompt_sha, '') <> coalesce({{ later }}.judge_prompt_sha, '')
            then 'judge_changed'
        else 'comparable'
    end
{%- endmacro %}

{#- Whether two rows of int_eval_run_rulers were answered by one model: a vendor may have put another behind the name that both asked for. -#}
{% macro model_change(earlier, later) -%}
    case
        when {{ earlier }}.model_key <> {{ later }}.model_key then 'asked_for_another'
        when {{ earlier }}.answered_key <> {{ later }}.answered_key then 'answered_by_another'
        when {{ earlier }}.answered_key = {{ later }}.answered_key then 'none'
        else 'not_told'
    end
{%- endmacro %}

{#- Does a scorer's name say that a model or a rubric judges? -#}
{% macro is_judge_name(scorer) -%}
    {{ matches_nocase(scorer, "'judge|rubric|grad(er|ed)|llm'") }}
{%- endmacro %}
