-- K05, K06 and K19: what label exports say of raters' agreement, and surveys of satisfaction. Values are sums, their weights what they are
-- sums over.
with questions as (
    select *, {{ utc_date('last_labelled_at') }} as labelled_on
    from {{ ref('fct_label_agreements') }}
    where last_labelled_at is not null
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
{{ kpi_members('K06', 'questions', dict(question, value='gold_agreement * n_against_gold', weight='n_against_gold'), 'n_against_gold > 0') }}
union all
{{ kpi_members('K19', 'satisfaction', {
    'member_id': 'survey_result_id', 'observed_on': 'answered_on', 'subject_name': "survey || ', ' || wave || ': ' || question",
    'value_low': '(mean - margin) * n_respondents', 'value_mid': 'mean * n_respondents', 'value_high': '(mean + margin) * n_respondents',
    'weight': 'n_respondents', 'source_system': "'registers'", 'source_kind': "'survey_answers'", 'source_record_id': 'entry_id',
    'source_url': 'source_url',
}) }}
