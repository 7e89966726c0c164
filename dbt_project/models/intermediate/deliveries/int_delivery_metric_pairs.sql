-- What the pull requests of an epic changed, as far as metric pairs tell it: each pair once, however many of them made its change. Users are
-- in experiments and in the days around a launch, not in eval runs: such pairs are told first.
with pairs as (
    select
        delivered.epic_id,
        delivered.pull_request_id,
        pairs.metric_pair_id,
        pairs.sentence,
        pairs.window_to,
        pairs.basis != 'eval_runs' as is_of_users
    from {{ ref('int_delivered_pull_requests') }} as delivered
    inner join {{ ref('int_metric_pair_pull_requests') }} as named on delivered.pull_request_id = named.pull_request_id
    inner join {{ ref('fct_metric_pairs') }} as pairs on named.metric_pair_id = pairs.metric_pair_id and pairs.state = 'value'
),

ranked as (
    select
        *,
        dense_rank() over (partition by epic_id order by is_of_users desc, window_to desc, sentence, metric_pair_id) as place,
        row_number() over (partition by epic_id, metric_pair_id order by pull_request_id) as nth_pull_request
    from pairs
)

select
    epic_id,
    count(distinct pull_request_id) as n_pull_requests,
    count(distinct metric_pair_id) as n_metric_pairs,
    bool_or(is_of_users) as is_of_users,
    {{ joined_text('case when nth_pull_request = 1 and place <= 3 then sentence end', '; ', 'place') }} as sentences
from ranked
group by epic_id
