-- Landed changes of a suite's files, by author: the commit's share, and the lines that it added to them.
select
    s.suite_id,
    c.repository_id,
    c.sha,
    {{ utc_date('c.landed_at') }} as landed_on,
    case when b.kind = 'human' then b.person_id end as person_id,
    sum(b.share) as share,
    -- One generated file must not outweigh every other change.
    sum(b.share * f.n_lines) as n_lines
from (
    select m.suite_id, f.repository_id, f.sha, sum(least(coalesce(f.insertions, 0), 400)) as n_lines
    from {{ ref('int_eval_suite_files') }} as m
    inner join {{ ref('stg_git__commit_files') }} as f on m.repository_id = f.repository_id and m.path = f.path
    group by m.suite_id, f.repository_id, f.sha
) as f
inner join {{ ref('fct_commits') }} as c on f.repository_id = c.repository_id and f.sha = c.sha
inner join {{ ref('bridge_commit_authors') }} as b on c.repository_id = b.repository_id and c.sha = b.sha
inner join (select distinct suite_id from {{ ref('int_eval_suites') }}) as s on f.suite_id = s.suite_id
where not c.is_merge and not c.is_inherited and c.landed_at is not null
group by s.suite_id, c.repository_id, c.sha, {{ utc_date('c.landed_at') }}, case when b.kind = 'human' then b.person_id end
