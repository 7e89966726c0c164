-- How long a rater took stays in the raw table: it would time people.
select
    labels.label_id,
    labels.label_set,
    labels.item_key,
    labels.question,
    labels.value,
    labels.value_number,
    accounts.person_id as rater_person_id,
    labels.is_skipped,
    labels.is_gold,
    labels.labelled_at,
    labels._source_url as source_url
from {{ ref('stg_labels__labels') }} as labels
left join {{ ref('int_accounts_resolved') }} as accounts
    on accounts.system = 'labels' and lower(trim(labels.rater_raw)) = accounts.account and accounts.kind = 'human'
