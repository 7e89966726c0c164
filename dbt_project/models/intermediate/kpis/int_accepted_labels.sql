-- Items with an accepted label, and the day of its last answer. On a nominal scale more than half of the answers to every question have
-- to be the same. An item whose truth was marked beforehand checks raters, and is no datapoint that its label could bring.
with answers as (
    select *
    from {{ ref('fct_labels') }}
    where not is_skipped and labelled_at is not null
),

votes as (
    select label_set, item_key, question, value, count(*) as n_answers, max(labelled_at) as last_labelled_at, max(cast(is_gold as integer)) as n_gold
    from answers
    group by label_set, item_key, question, value
),

questions as (
    select
        votes.label_set,
        votes.item_key,
        votes.question,
        sets.scale != 'nominal' or 2 * max(votes.n_answers) > sum(votes.n_answers) as is_agreed,
        max(votes.last_labelled_at) as last_labelled_at,
        max(votes.n_gold) as n_gold
    from votes
    inner join {{ ref('stg_labels__label_sets') }} as sets on votes.label_set = sets.label_set
    group by votes.label_set, votes.item_key, votes.question, sets.scale
),

items as (
    select label_set, item_key, max(last_labelled_at) as accepted_at
    from questions
    group by label_set, item_key
    having bool_and(is_agreed) and max(n_gold) = 0
)

select label_set, item_key, {{ utc_date('accepted_at') }} as accepted_on
from items
