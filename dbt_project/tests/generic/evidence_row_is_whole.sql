{#- An evidence row keeps the contract of its table: what is claimed is complete, bounded and sourced, and every row names its limits. -#}
{% test evidence_row_is_whole(model) %}
select evidence_id, state, headline
from {{ model }}
where
    person_id is null or review_line is null or period_id is null or period_start is null or period_end is null
    or subject_kind is null or subject_id is null or subject_name is null or headline is null or sources is null
    or metric_version is null or built_at is null or snapshot_id is null
    or period_start >= period_end
    or state is null
    or state not in ('value', 'observed_zero', 'not_observed')
    or dispute_state is null
    or dispute_state not in ('none', 'open', 'answered', 'resolved')
    or coalesce(strength, 'derived') not in ('declared', 'resolved', 'derived')
    or trim(coalesce(limits, '')) = ''
    or trim(coalesce(falsifier, '')) = ''
    or (
        state <> 'not_observed'
        and (
            measure is null or unit is null or method is null or strength is null or n is null
            or value_low is null or value_mid is null or value_high is null
            or value_low > value_mid or value_mid > value_high
            or {{ list_size('sources') }} = 0
        )
    )
    or (state = 'not_observed' and (value_low is not null or value_mid is not null or value_high is not null or measure is not null))
    or share_low > share_mid or share_mid > share_high or share_low < 0 or share_high > 1.000001
{% endtest %}
