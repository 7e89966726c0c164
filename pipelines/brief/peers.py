"""Who outside the own team has seen the work from near and could be asked: suggestions with reasons, in no order but the alphabet."""

from dataclasses import dataclass

import duckdb

from pipelines.evidence.periods import Period

MOST = 5
RULE = (
    f"Peers: at most {MOST} people outside the engineer's own team, neither above nor below in the reporting line; where there are more, "
    "those with the most different kinds of shared work, then by person_id. Shown by the alphabet."
)
CONTACTS = """
with authored as (
    select authors.person_id, pulls.pull_request_id
    from core.bridge_pull_request_authors as authors
    inner join core.fct_pull_requests as pulls using (pull_request_id)
    where authors.kind = 'human' and authors.person_id is not null
        and coalesce(pulls.merged_at, pulls.created_at) >= $start and coalesce(pulls.merged_at, pulls.created_at) < $end
),
reviewed as (
    select distinct reviewer_person_id as person_id, pull_request_id
    from core.fct_reviews
    where reviewer_kind = 'human' and submitted_at >= $start and submitted_at < $end
),
responded as (
    select distinct responders.person_id, responders.incident_id
    from core.bridge_incident_responders as responders
    inner join core.fct_incidents as incidents using (incident_id)
    where coalesce(incidents.started_at, incidents.reported_at) >= $start and coalesce(incidents.started_at, incidents.reported_at) < $end
),
contacts as (
    select theirs.person_id, 1 as place, 'pull requests written together' as what, theirs.pull_request_id::varchar as thing
    from authored as mine inner join authored as theirs using (pull_request_id) where mine.person_id = $person
    union all
    select theirs.person_id, 2, 'incidents worked on together', theirs.incident_id
    from responded as mine inner join responded as theirs using (incident_id) where mine.person_id = $person
    union all
    select theirs.person_id, 3, 'of the engineer''s pull requests reviewed', theirs.pull_request_id::varchar
    from authored as mine inner join reviewed as theirs using (pull_request_id) where mine.person_id = $person
    union all
    select theirs.person_id, 4, 'of their pull requests reviewed by the engineer', theirs.pull_request_id::varchar
    from reviewed as mine inner join authored as theirs using (pull_request_id) where mine.person_id = $person
),
spells as (
    select * from core.dim_people_history
    where (valid_from is null or valid_from < $last) and (valid_to is null or valid_to > $first)
),
near as (
    select person_id from spells where team in (select team from spells where person_id = $person) or manager_person_id = $person
    union
    select manager_person_id from spells where person_id = $person
    union
    select $person
),
told as (
    select person_id, place, what, count(distinct thing) as n from contacts group by all
)
select people.person_id, people.display_name, list(told.n || ' ' || told.what order by told.place) as reasons
from told inner join core.dim_people as people using (person_id)
where people.kind = 'human' and (people.left_on is null or people.left_on >= $last)
    and people.person_id not in (select person_id from near where person_id is not null)
group by all
order by count(*) desc, people.person_id
limit $most
"""


@dataclass(frozen=True)
class Peer:
    """Somebody who could be asked, and why."""

    person_id: str
    name: str
    reasons: tuple[str, ...]


def suggested(connection: duckdb.DuckDBPyConnection, person_id: str, period: Period) -> list[Peer]:
    """Who worked with a person in a period from outside their team."""
    start, end = (f"{day} 00:00:00+00" for day in (period.start, period.end))
    parameters = {"person": person_id, "start": start, "end": end, "first": period.start, "last": period.end, "most": MOST}
    found = connection.execute(CONTACTS, parameters).fetchall()
    peers = [Peer(peer_id, name or peer_id, tuple(reasons)) for peer_id, name, reasons in found]
    return sorted(peers, key=lambda peer: (peer.name.casefold(), peer.person_id))


def has_team(connection: duckdb.DuckDBPyConnection, person_id: str, period: Period) -> bool:
    """Whether the directory says which team a person was of, so that others can be outside it."""
    query = """select count(*) from core.dim_people_history
        where person_id = ? and team is not null and (valid_from is null or valid_from < ?) and (valid_to is null or valid_to > ?)"""
    row = connection.execute(query, [person_id, period.end, period.start]).fetchone()
    return bool(row and row[0])
