-- Addresses settled by the mailmap of a repository's default branch: two addresses of one author, of which one is known by a stronger
-- rule. Statements about one name under an address say nothing of the address.
with settled_before as (
    select account, person_id, kind, rule from {{ ref('int_accounts_settled_direct') }}
    where system = 'git'
    union all
    select account, person_id, kind, rule from {{ ref('int_accounts_settled_linked') }}
    where system = 'git'
),

pairs as (
    select
        entries.commit_email,
        entries.email,
        coalesce(repositories.full_name, entries.repository_id) || ' ' || entries.path || ' line ' || entries.line || ' at commit '
        || entries.from_sha as place
    from {{ ref('stg_git__mailmap_entries') }} as entries
    left join {{ ref('stg_git__repositories') }} as repositories on entries.repository_id = repositories.repository_id
    where entries.is_current and entries.commit_name = ''
),

both_ways as (
    select commit_email as account, email as other, place from pairs
    union
    select email, commit_email, place from pairs
),

mailmapped as (
    select
        'git' as system,
        both_ways.account,
        known.person_id,
        known.kind,
        'mailmap' as rule,
        0.85 as confidence,
        both_ways.place || ' says that it is the author of ' || both_ways.other as evidence,
        9 as priority
    from both_ways
    inner join settled_before as known on both_ways.other = known.account and known.person_id is not null and known.rule != 'pattern_name'
    left join settled_before as own on both_ways.account = own.account
    where own.account is null
),

candidates as (
    {{ never_unlinked('mailmapped') }}
)

{{ settle_accounts('candidates') }}
