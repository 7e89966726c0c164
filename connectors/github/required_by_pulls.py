"""Which checks are required of open pull requests, asked while they are open: once they are closed, nothing tells any more.

Asked for every open pull request that changed, or whose head has checks that were read, since the last reading; where that was cut
short, for every open one.
"""

from collections.abc import Iterator
from typing import Any

from connectors.contract import Page, Record
from connectors.github import pull_request_queries as queries
from connectors.github import pull_request_records as records
from connectors.github.listing import chunks
from connectors.github.records import dig, number
from connectors.github.visit import Reached, Saved, Told, Visit, connection, in_halves


def read(visit: Visit, saved: Saved) -> Iterator[Told]:
    """The checks of open pull requests' heads, each with whether it is required."""
    is_asked = visit.is_resumed and "left" not in saved
    met = {int(pull) for pull, head in visit.open_pulls.items() if is_asked or head in visit.waiting.met}
    numbers = sorted(met | {number for number in saved.get("left", ()) if str(number) in visit.open_pulls})
    yield Reached({"left": numbers})
    for place, chunk in enumerate(chunks(numbers, queries.OPEN_A_REQUEST), start=1):
        pulls = in_halves(lambda some: _ask(visit, some), chunk)
        rows = [row for pull in pulls if dig(pull, "state") == "OPEN" for row in _rows(visit, pull)]
        if rows:
            yield Page("pull_request_required_checks", visit.partition, rows)
        yield Reached({"left": numbers[place * queries.OPEN_A_REQUEST :]})


def _ask(visit: Visit, numbers: list[int]) -> list[Any]:
    variables = {f"number{i}": pull for i, pull in enumerate(numbers)}
    found = visit.ask_whole("required checks", queries.required_checks(len(numbers)), variables)
    return [found.get(f"p{i}") for i in range(len(numbers))]


def _rows(visit: Visit, pull: dict[str, Any]) -> Iterator[Record]:
    """The checks of one pull request's head."""
    keys = {
        "pull_request_id": number(pull.get("fullDatabaseId")),
        "repository_id": visit.repository_id,
        "number": pull.get("number"),
        "_source_url": pull.get("url"),
    }
    for node in _checks(visit, pull):
        # A context that is required and was never reported shows as a status, whichever kind it will be.
        if isinstance(node, dict) and node.get("state") != "EXPECTED":
            yield records.required_check(node, keys, dig(_commit(pull), "oid"), visit.now)


def _checks(visit: Visit, pull: dict[str, Any]) -> Iterator[Any]:
    nodes, after = connection(dig(_commit(pull), "statusCheckRollup", "contexts"))
    yield from nodes
    while after:
        variables = {"number": pull.get("number"), "after": after}
        found = visit.ask_whole("further required checks", queries.MORE_REQUIRED_CHECKS, variables)
        nodes, after = connection(dig(_commit(found.get("pullRequest")), "statusCheckRollup", "contexts"))
        yield from nodes


def _commit(pull: Any) -> Any:
    return dig(pull, "commits", "nodes", 0, "commit")
