-- Answers of each group to each question of a wave, and of everybody: as told, else all groups together.
with answers as (
    select
        survey, wave, question, coalesce(respondent_group, '') as respondent_group, answer,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        min(scale_low) as scale_low,
        max(scale_high) as scale_high,
        max(respondents) as respondents,
        max(invited) as invited,
        min(respondents) != max(respondents) or min(scale_low) != max(scale_low) or min(scale_high) != max(scale_high)
            or count(distinct invited) > 1 as is_contradicted,
        min(_source_url) as source_url
    from {{ ref('stg_registers__survey_answers') }}
    group by survey, wave, question, coalesce(respondent_group, ''), answer
),

grouped as (
    select
        survey, wave, question, respondent_group,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        min(scale_low) as scale_low,
        max(scale_high) as scale_high,
        sum(respondents) as n_respondents,
        max(invited) as n_invited,
        sum(respondents * answer) as total,
        sum(respondents * answer * answer) as total_of_squares,
        bool_or(is_contradicted) or min(scale_low) != max(scale_low) or min(scale_high) != max(scale_high)
            or count(distinct invited) > 1 or coalesce(sum(respondents) > max(invited), false) as is_contradicted,
        min(source_url) as source_url
    from answers
    group by survey, wave, question, respondent_group
),

together as (
    select
        survey, wave, question, '' as respondent_group,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to,
        min(scale_low) as scale_low,
        max(scale_high) as scale_high,
        sum(n_respondents) as n_respondents,
        case when count(*) = count(n_invited) then sum(n_invited) end as n_invited,
        sum(total) as total,
        sum(total_of_squares) as total_of_squares,
        bool_or(is_contradicted) or min(scale_low) != max(scale_low) or min(scale_high) != max(scale_high) as is_contradicted,
        min(source_url) as source_url
    from grouped
    group by survey, wave, question
    having not bool_or(respondent_group = '')
)

select * from grouped
union all
select * from together
