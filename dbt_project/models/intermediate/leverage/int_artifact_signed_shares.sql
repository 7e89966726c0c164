-- What everybody named has signed about an artifact: the latest split that holds on the last day of a period, which then replaces what
-- history says. Two people who are one add up.
with signed as (
    select s.*, t.period_id, dense_rank() over (partition by s.artifact_id, t.period_id order by s.valid_from desc) as place
    from {{ ref('stg_people__splits') }} as s
    inner join {{ ref('int_periods') }} as t on s.valid_from < t.period_end
    where s.is_signed_by_all and s.artifact_id is not null
)

select
    s.artifact_id,
    s.period_id,
    coalesce(m.counts_for_id, s.person_id) as person_id,
    -- Thirds are written with three digits; what is missing to one is nobody's but everybody's.
    sum(s.share) / sum(sum(s.share)) over (partition by s.artifact_id, s.period_id) as share,
    min({{ record_id(['s.split_id', 's.person_id']) }}) as source_record_id
from signed as s
left join {{ ref('int_directory_merged') }} as m on s.person_id = m.person_id
where s.place = 1
group by s.artifact_id, s.period_id, coalesce(m.counts_for_id, s.person_id)
