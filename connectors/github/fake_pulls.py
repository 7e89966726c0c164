"""The in-memory GitHub's GraphQL answers about pull requests: connections given as plain lists, paged here."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from connectors.github import pull_request_queries as queries

Json = dict[str, Any]
Connection = Callable[[list[Any], int, str | None], Json]


def shown(pull: Json, connection: Connection) -> Json:
    """A pull request with the first page of everything nested in it."""
    return {**pull, **{name: _page(pull, name, size, None, connection) for name, size in queries.NESTED.items()}}


def _page(holder: Json, name: str, size: int, after: str | None, connection: Connection) -> Json:
    page = connection(holder.get(name, []), size, after)
    if name == "reviews":
        page["nodes"] = [
            {**one, "comments": connection(one.get("comments", []), queries.COMMENTS, None)} if isinstance(one, dict) else one
            for one in page["nodes"]
        ]
    return page


def more(pulls: Iterable[Json], query: str, variables: Mapping[str, Any], connection: Connection) -> Json:
    """Further pages of nested connections; `pulls` are those of every repository."""
    holders: dict[str, Json] = {}
    for pull in pulls:
        holders[pull["id"]] = pull
        holders |= {review["id"]: review for review in pull.get("reviews", []) if isinstance(review, dict)}
    found: Json = {}
    for i in range(len(variables) // 2):
        name = query.split(f"  m{i}: ")[1].split("{ ... on ")[1].split("{ ")[1].partition("(")[0]
        holder = holders.get(variables[f"id{i}"])
        found[f"m{i}"] = {name: _page(holder, name, queries.CONTINUED[name], variables[f"after{i}"], connection)} if holder else None
    return found


def required(pull: Json | None, contexts: list[Json], after: str | None, connection: Connection) -> Json | None:
    """A pull request with the checks of both kinds at its head."""
    if pull is None:
        return None
    rollup = {"contexts": connection(contexts, 100, after)} if contexts else None
    commit = {"oid": pull["headRefOid"], "statusCheckRollup": rollup}
    kept = {key: pull.get(key) for key in ("fullDatabaseId", "number", "url", "state")}
    return {**kept, "commits": {"nodes": [{"commit": commit}]}}
