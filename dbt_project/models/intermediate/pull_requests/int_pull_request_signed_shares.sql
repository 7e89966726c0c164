-- What everybody named has signed about a merged pull request, which then replaces the equal split. Two people who are one add up.
select
    splits.pull_request_id,
    merged.counts_for_id as person_id,
    -- Thirds are written with three digits; what is missing to one is nobody's but everybody's.
    sum(shares.share) / sum(sum(shares.share)) over (partition by splits.pull_request_id) as share,
    min({{ record_id(['shares.split_id', 'shares.person_id']) }}) as source_record_id
from {{ ref('int_pull_request_splits') }} as splits
inner join {{ ref('stg_people__splits') }} as shares on splits.split_id = shares.split_id
inner join {{ ref('int_directory_merged') }} as merged on shares.person_id = merged.person_id
where splits.state = 'counts'
group by splits.pull_request_id, merged.counts_for_id
