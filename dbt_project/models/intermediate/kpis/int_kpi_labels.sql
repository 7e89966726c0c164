-- K05, K06 and K19: what label exports say of raters' agreement, and surveys of satisfaction. Values are sums, their weights what they are
-- sums over.
with questions as (
    select *, {{ utc_date('last_labelled_at') }} as labelled_on
    from {{ ref('fct_label_agreements') }}
    where last_labelled_at is not null
),

-- Each answer about an item with a marked truth once, however often the truth was marked; by month, as a set may grow for years.
checks as (
    select
        answers.label_set,
        answers.question,
        answers.source_url,
        {{ utc_date('answers.labelled_at') }} as labelled_on,
        max(case when answers.value = truth.value then 1 else 0 end) as n_right
    from {{ ref('fct_labels') }} as answers
    inner join {{ ref('fct_labels') }} as truth
        on answers.label_set = truth.label_set and answers.question = truth.question and answers.item_key = truth.item_key and truth.is_gold
    where not answers.is_gold and not answers.is_skipped and answers.labelled_at is not null
    group by answers.label_id, answers.label_set, answers.question, answers.source_url, answers.labelled_at
),

checked as (
    select
        label_set,
        question,
        {{ month_start('labelled_on') }} as month,
        max(labelled_on) as labelled_on,
        min(source_url) as source_url,
        sum(n_right) as n_right,
        count(*) as n_answers
    from checks
    group by label_set, question, {{ month_start('labelled_on') }}
),

answers as (
    select *, coalesce({{ add_days('valid_to', -1) }}, valid_from) as answered_on, {{ z_95() }} * standard_deviation / sqrt(n_respondents) as margin
    from {{ ref('fct_survey_results') }}
    where state = 'value' and respondent_group is null and scale_high = 5 and coalesce(valid_to, valid_from) is not null
),

entries as (
    select survey, wave, question, min(entry_id) as entry_id
    from {{ ref('stg_registers__survey_answers') }}
    group by survey, wave, question
),

satisfaction as (
    select answers.*, entries.entry_id
    from answers
    inner join entries on answers.survey = entries.survey and answers.wave = entries.wave and answers.question = entries.question
)

{% set question = {
    'member_id': 'label_agreement_id', 'observed_on': 'labelled_on', 'subject_name': "label_set || ': ' || question",
    'source_system': "'labels'", 'source_kind': "'label_sets'", 'source_record_id': 'label_set', 'source_url': 'source_url',
} %}
{{ kpi_members('K05', 'questions', dict(
    question, value_low='agreement_low * n_items_labelled_twice', value_mid='agreement_mid * n_items_labelled_twice',
    value_high='agreement_high * n_items_labelled_twice', weight='n_items_labelled_twice'
), "state = 'value'") }}
union all
{{ kpi_members('K06', 'checked', dict(
    question, member_id="label_set || '|' || question || '|' || cast(month as varchar)", value='n_right', weight='n_answers'
)) }}
union all
{{ kpi_members('K19', 'satisfaction', {
    'member_id': 'survey_result_id', 'observed_on': 'answered_on', 'subject_name': "survey || ', ' || wave || ': ' || question",
    'value_low': '(mean - margin) * n_respondents', 'value_mid': 'mean * n_respondents', 'value_high': '(mean + margin) * n_respondents',
    'weight': 'n_respondents', 'source_system': "'registers'", 'source_kind': "'survey_answers'", 'source_record_id': 'entry_id',
    'source_url': 'source_url',
}) }}
