-- What people say that they did themselves: newest statement of each report, with how many others say the same of them. What somebody says
-- of another who does not report it is no report. The words stay in the raw table.
with told as (
    select
        reports.*,
        whom.person_id,
        teller.person_id as told_by_person_id
    from {{ ref('stg_registers__self_reports') }} as reports
    inner join {{ ref('int_accounts_resolved') }} as whom
        on whom.system = 'registers' and whom.kind = 'human' and lower(trim(reports.person)) = whom.account
    inner join {{ ref('int_accounts_resolved') }} as teller
        on teller.system = 'registers' and teller.kind = 'human' and lower(trim(reports.told_by)) = teller.account
),

own as (
    select *, row_number() over (partition by register, report, person_id order by day desc, entry_id) as place
    from told
    where told_by_person_id = person_id
),

witnessed as (
    select register, report, person_id, count(distinct told_by_person_id) as n_witnesses, min(entry_id) as witness_entry_id
    from told
    where told_by_person_id <> person_id
    group by register, report, person_id
)

select
    own.entry_id as self_report_id,
    own.person_id,
    own.day as reported_for,
    own.hours,
    'self' as provenance,
    coalesce(witnessed.n_witnesses, 0) as n_witnesses,
    witnessed.witness_entry_id,
    own.url as shown_at_url,
    own._source_url as source_url
from own
left join witnessed on own.register = witnessed.register and own.report = witnessed.report and own.person_id = witnessed.person_id
where own.place = 1
