-- Cases that both runs of a comparable pair scored, and how many of them became better or worse, over all and slice by slice. A case that
-- was run several times counts once, by the mean of its scores.
with pairs as (
    select pairs.run_before_id, pairs.eval_run_id, rulers.scorer, rulers.is_higher_better
    from {{ ref('int_eval_pairs') }} as pairs
    inner join {{ ref('int_eval_run_rulers') }} as rulers on pairs.eval_run_id = rulers.eval_run_id
    where pairs.comparability = 'comparable'
),

cases as (
    select
        run_id,
        scorer,
        sample_key,
        min(slice) as slice,
        max(judge_id) as judge_id,
        max(judge_prompt_sha) as judge_prompt_sha,
        avg(coalesce(score_num, case when passed then 1.0 when not passed then 0.0 end)) as score
    from {{ ref('int_eval_samples') }}
    where score_num is not null or passed is not null
    group by run_id, scorer, sample_key
),

compared as (
    select
        pairs.run_before_id,
        pairs.eval_run_id,
        coalesce(later.slice, '') as slice,
        case when pairs.is_higher_better then later.score - earlier.score else earlier.score - later.score end as gain
    from pairs
    inner join cases as later on pairs.eval_run_id = later.run_id and pairs.scorer = later.scorer
    inner join cases as earlier
        on
            pairs.run_before_id = earlier.run_id
            and pairs.scorer = earlier.scorer
            and later.sample_key = earlier.sample_key
            -- Where not every case has the same judge, only those judged alike are common.
            and later.judge_id is not distinct from earlier.judge_id
            and later.judge_prompt_sha is not distinct from earlier.judge_prompt_sha
),

sliced as (
    select run_before_id, eval_run_id, '' as slice, gain from compared
    union all
    select run_before_id, eval_run_id, slice, gain from compared where slice <> ''
)

select
    run_before_id,
    eval_run_id,
    slice,
    count(*) as n_common,
    count(*) filter (where gain > 0) as n_better,
    count(*) filter (where gain < 0) as n_worse
from sliced
group by run_before_id, eval_run_id, slice
