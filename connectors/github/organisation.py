"""Teams of an organisation with their members and repositories: a partition of its own, named by the organisation's numeric id.

One GraphQL request for 50 teams, every time: there is nothing by which a change could be noticed for less. Rows come only where
something changed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record
from connectors.errors import AuthFailed, NotFound, SourceError
from connectors.github import gaps
from connectors.github import surroundings_queries as queries
from connectors.github import surroundings_records as made
from connectors.github.gaps import Access
from connectors.github.protocol import Client, Graph, Refused
from connectors.github.records import dig, digest, listed
from connectors.github.repositories import Repository
from connectors.github.survey import REFUSALS
from connectors.github.visit import Visit, connection

_TABLES = ("teams", "team_members", "team_repositories")
_NODES = ("organization", "teams", "nodes")


@dataclass(frozen=True)
class Organisation:
    """An owner of included repositories that is an organisation."""

    organisation_id: int
    login: str
    html_url: str

    @property
    def partition(self) -> str:
        """Named by the id, which survives renames."""
        return f"organisation:{self.organisation_id}"


def owners(found: Iterable[Repository]) -> list[Organisation]:
    """The organisations that own repositories."""
    named = {one.organisation: one for one in found if one.organisation is not None}
    return [Organisation(key, one.owner, one.html_url.rpartition("/")[0]) for key, one in sorted(named.items())]


def read(client: Client, organisation: Organisation, context: ReadContext) -> Iterator[Event]:
    """The events of one organisation; what it refuses becomes a gap and ends nothing."""
    partition, saved = organisation.partition, context.cursor(organisation.partition)
    access = Access(client, context.now, saved.get("gaps", {}), 0, organisation.html_url)
    cursor, tables = {"sign": saved.get("sign", "")}, ()
    try:
        found = _teams(client, organisation, access) if not access.is_refused(gaps.TEAMS) or access.is_due(gaps.TEAMS) else None
    except Refused:
        raise
    except SourceError as error:
        yield Failed(partition, error)
        return
    if found is not None:
        sign = digest([[row["_raw"] for row in rows] for rows in found.rows.values()])
        yield Counted("teams", partition, found.total - found.hidden, "GraphQL totalCount, without those that may not be read")
        if sign != cursor["sign"]:
            yield from (Page(table, partition, rows) for table, rows in found.rows.items() if rows)
            cursor, tables = {"sign": sign}, tuple(found.rows)
    yield from access.page(partition)
    yield Finished(partition, {**cursor, "gaps": access.met}, (*tables, gaps.TABLE))


@dataclass
class _Found:
    """The rows of the three tables, how many teams there are, and how many of them are there and may not be read."""

    rows: dict[str, list[Record]]
    total: int = 0
    hidden: int = 0


def _teams(client: Client, organisation: Organisation, access: Access) -> _Found | None:
    """Every team that can be read; None where they all are refused."""
    told = _Found({table: [] for table in _TABLES})
    after: str | None = None
    while True:
        what = f"{organisation.login} teams"
        try:
            graph = client.graphql(what, queries.TEAMS, {"login": organisation.login, "first": queries.TEAMS_A_REQUEST, "after": after})
        except Refused:
            raise
        except AuthFailed as error:
            access.refused(gaps.TEAMS, "/graphql", error, status=200)
            return None
        found = dig(graph.data, "organization", "teams")
        if found is None:
            access.refused(gaps.TEAMS, "/graphql", _why(organisation, graph), status=200)
            return None
        nodes, after = connection(found)
        told.total, told.hidden = int(dig(found, "totalCount") or 0), told.hidden + _hidden(organisation, graph, nodes)
        for node in nodes:
            if isinstance(node, dict):
                _add(told.rows, client, organisation, node)
        if not after:
            access.granted(gaps.TEAMS)
            _note_hidden(access, told)
            return told


def _hidden(organisation: Organisation, graph: Graph, nodes: list[Any]) -> int:
    """How many of the teams may not be read.

    Raises:
        ContractBroken: where a team is missing for no such reason, which must not be taken for absence.
    """
    refused = {error.path[3] for error in graph.errors if error.kind in REFUSALS and error.path[:3] == _NODES and len(error.path) == 4}
    empty = [place for place, node in enumerate(nodes) if not isinstance(node, dict)]
    if not refused.issuperset(empty):
        raise Visit.missing(f"{organisation.login} teams", Graph(graph.data, tuple(e for e in graph.errors if e.kind not in REFUSALS)))
    return len(empty)


def _note_hidden(access: Access, told: _Found) -> None:
    """A gap where some of the teams may not be read."""
    if told.hidden:
        hint = f"{told.hidden} of {told.total} teams may not be read. {gaps.SOME_TEAMS.loses}"
        access.gap(gaps.SOME_TEAMS.name, "/graphql", 200, gaps.SOME_TEAMS.permission, hint)
    else:
        access.granted(gaps.SOME_TEAMS)


def _why(organisation: Organisation, graph: Graph) -> AuthFailed | NotFound:
    for error in graph.errors:
        if error.kind in REFUSALS:
            return AuthFailed("github", f"{organisation.login} teams", error.message)
    return NotFound(
        "github", f"{organisation.login} teams", "; ".join(error.message for error in graph.errors) or "the answer has no teams"
    )


def _add(rows: dict[str, list[Record]], client: Client, organisation: Organisation, node: dict[str, Any]) -> None:
    """One team, its members and its repositories."""
    team = made.team(node, organisation.login)
    rows["teams"].append(team)
    rows["team_members"] += [made.team_member(edge, team) for edge in _edges(client, organisation, node, "members")]
    rows["team_repositories"] += [made.team_repository(edge, team) for edge in _edges(client, organisation, node, "repositories")]


def _edges(client: Client, organisation: Organisation, node: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Every edge of a team's connection."""
    found = node.get(name)
    while True:
        yield from (edge for edge in listed(dig(found, "edges")) if isinstance(edge, dict))
        _, after = connection(found)
        if not after:
            return
        variables = {"login": organisation.login, "slug": node.get("slug"), "after": after}
        graph = client.graphql(f"{organisation.login} team {name}", queries.more_of_team(name), variables)
        found = dig(graph.data, "organization", "team", name)
