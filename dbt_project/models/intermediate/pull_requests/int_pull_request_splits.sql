-- Splits of pull requests that people have written down, and what became of each: it counts once everybody named has signed it, as long
-- as it leaves nobody out whom history names as an author, and until a later one counts.
with splits as (
    select
        split_id,
        min(repository) as repository,
        min(pull_request_number) as pull_request_number,
        min(valid_from) as valid_from,
        max(signed_at) as last_signed_at,
        count(*) as n_people,
        count(signed_at) as n_signed,
        min(_source_url) as source_url
    from {{ ref('stg_people__splits') }}
    where artifact_id is null
    group by split_id
),

found as (
    select splits.split_id, pulls.pull_request_id
    from splits
    inner join {{ ref('int_repository_names') }} as names
        on lower(splits.repository) = names.slug and {{ is_valid_at('names', 'splits.last_signed_at') }}
    inner join {{ ref('stg_github__pull_requests') }} as pulls
        on names.repository_id = pulls.repository_id and splits.pull_request_number = pulls.number
    where pulls.merged_at is not null
),

signers as (
    select shares.split_id, merged.counts_for_id as person_id
    from {{ ref('stg_people__splits') }} as shares
    inner join {{ ref('int_directory_merged') }} as merged on shares.person_id = merged.person_id
),

left_out as (
    select distinct found.split_id
    from found
    inner join {{ ref('int_pull_request_contributors') }} as hands
        on found.pull_request_id = hands.pull_request_id and hands.kind = 'human'
    left join signers on found.split_id = signers.split_id and hands.person_id = signers.person_id
    where signers.person_id is null
),

judged as (
    select
        splits.*,
        found.pull_request_id,
        case
            when splits.n_signed < splits.n_people then 'waiting'
            when found.pull_request_id is null then 'unknown_pull_request'
            when left_out.split_id is not null then 'leaves_out_an_author'
            else 'counts'
        end as verdict
    from splits
    left join found on splits.split_id = found.split_id
    left join left_out on splits.split_id = left_out.split_id
)

select
    split_id,
    repository,
    pull_request_number,
    pull_request_id,
    valid_from,
    n_people,
    n_signed,
    source_url,
    case
        when verdict = 'counts' and row_number() over (partition by pull_request_id, verdict order by valid_from desc, split_id) > 1 then 'replaced'
        else verdict
    end as state
from judged
