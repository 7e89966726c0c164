-- Quality of each question of a label set: of the set as a whole, never of a rater.
with counted as (
    select
        label_set,
        question,
        count(distinct rater_raw) as n_raters,
        count(distinct item_key) as n_items,
        count(*) as n_labels,
        max(labelled_at) as last_labelled_at,
        min(_source_url) as source_url
    from {{ ref('stg_labels__labels') }}
    where not is_skipped
    group by label_set, question
),

skipped as (
    select label_set, count(*) as n_skipped from {{ ref('stg_labels__labels') }} where is_skipped group by label_set
),

gold as (
    select
        answers.label_set,
        answers.question,
        count(*) as n_against_gold,
        avg(case when answers.value = truth.value then 1.0 else 0.0 end) as gold_agreement
    from {{ ref('stg_labels__labels') }} as answers
    inner join {{ ref('stg_labels__labels') }} as truth
        on
            answers.label_set = truth.label_set
            and answers.question = truth.question
            and answers.item_key = truth.item_key
            and truth.is_gold
    where not answers.is_gold and not answers.is_skipped
    group by answers.label_set, answers.question
)

select
    {{ stable_hash(['counted.label_set', 'counted.question']) }} as label_agreement_id,
    counted.label_set,
    counted.question,
    sets.scale,
    sets.n_items as n_items_in_set,
    counted.n_items as n_items_labelled,
    agreements.n_items as n_items_labelled_twice,
    counted.n_raters,
    counted.n_labels,
    coalesce(skipped.n_skipped, 0) as n_skipped,
    agreements.state,
    agreements.reason,
    agreements.agreement_low,
    agreements.agreement_mid,
    agreements.agreement_high,
    agreements.raw_agreement,
    agreements.method,
    gold.n_against_gold,
    gold.gold_agreement,
    counted.last_labelled_at,
    counted.source_url
from counted
inner join {{ ref('stg_labels__label_sets') }} as sets on counted.label_set = sets.label_set
inner join {{ ref('stg_statistics__label_agreements') }} as agreements
    on counted.label_set = agreements.label_set and counted.question = agreements.question
left join skipped on counted.label_set = skipped.label_set
left join gold on counted.label_set = gold.label_set and counted.question = gold.question
