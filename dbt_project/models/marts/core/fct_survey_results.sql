-- Means of groups that are large enough. Where what is left of everybody without the shown groups would be a small group, the smallest of
-- the shown ones is hidden too: else the difference would tell the answers of a few.
with everybody as (
    select survey, wave, question, n_respondents
    from {{ ref('int_survey_groups') }}
    where respondent_group = ''
),

sized as (
    select
        cells.*,
        cells.respondent_group = '' as is_everybody,
        cells.n_respondents < {{ policy_threshold('smallest_group') }} as is_small,
        everybody.n_respondents
        - coalesce(
            sum(case
                when cells.respondent_group != '' and cells.n_respondents >= {{ policy_threshold('smallest_group') }} then cells.n_respondents
            end) over (partition by cells.survey, cells.wave, cells.question),
            0
        ) as n_left,
        row_number() over (
            partition by cells.survey, cells.wave, cells.question, cells.respondent_group = '' or cells.n_respondents < {{ policy_threshold('smallest_group') }}
            order by cells.n_respondents, cells.respondent_group
        ) as place
    from {{ ref('int_survey_groups') }} as cells
    inner join everybody on cells.survey = everybody.survey and cells.wave = everybody.wave and cells.question = everybody.question
),

judged as (
    select
        *,
        case
            when is_contradicted then 'told_twice_differently'
            when n_respondents = 0 then 'nobody_answered'
            when is_small then 'group_too_small'
            when not is_everybody and place = 1 and n_left != 0 and n_left < {{ policy_threshold('smallest_group') }} then 'would_tell_a_small_group'
        end as reason
    from sized
)

select
    {{ stable_hash(['survey', 'wave', 'question', 'respondent_group']) }} as survey_result_id,
    survey,
    wave,
    valid_from,
    valid_to,
    question,
    nullif(respondent_group, '') as respondent_group,
    scale_low,
    scale_high,
    case when reason is null then 'value' else 'not_observed' end as state,
    reason,
    case when reason is null then cast(n_respondents as bigint) end as n_respondents,
    case when reason is null then cast(n_invited as bigint) end as n_invited,
    case when reason is null then cast(n_respondents as double) / nullif(n_invited, 0) end as response_rate,
    case when reason is null then round(total / n_respondents, 9) end as mean,
    case
        when reason is null and n_respondents > 1
            then round(sqrt(greatest(total_of_squares - total * total / n_respondents, 0) / (n_respondents - 1)), 9)
    end as standard_deviation,
    source_url
from judged
