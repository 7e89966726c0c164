"""The GraphQL endpoint of GitHub: parsing, cost, limits, running a query over the graph, errors in GitHub's shape."""

import base64
import binascii
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    ExecutionContext,
    GraphQLError,
    GraphQLInt,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pipelines.demo.servers.github_access import Caller, Refusal
from pipelines.demo.servers.github_graph import GraphRefusal, actor
from pipelines.demo.servers.github_graph_cost import MOST_RECORDS, Cost, CostOf
from pipelines.demo.servers.github_graph_repository import Graph
from pipelines.demo.servers.github_http import REQUEST_HEADERS, Github, check_secondary, json_response
from pipelines.demo.servers.github_site import Payload, iso
from pipelines.demo.servers.limits import Window, headers_of

PATHS = ("/api/graphql", "/graphql")
"""PyGithub makes the first out of `/api/v3`, and the second out of a base address without a path."""
SDL = Path(__file__).with_name("github.graphql")


@dataclass
class Question:
    """What the resolvers of one query know."""

    graph: Graph
    window: Window
    cost: Cost = field(default_factory=Cost)


@lru_cache(maxsize=1)
def schema() -> GraphQLSchema:
    """The executable schema."""
    built = build_schema(SDL.read_text())
    root = built.query_type
    assert isinstance(root, GraphQLObjectType)
    for name, resolve in ROOT.items():
        root.fields[name].resolve = resolve
    return built


class Execution(ExecutionContext):
    """How values leave: GitHub's ids have outgrown the specification's 32-bit Int and its BigInt travels as text."""

    @staticmethod
    def complete_leaf_value(return_type: GraphQLLeafType, result: Any) -> Any:
        """One scalar or enum value."""
        if return_type is GraphQLInt:
            return result
        if return_type.name == "BigInt":
            return str(result)
        return ExecutionContext.complete_leaf_value(return_type, result)


def _repository(_: Any, info: GraphQLResolveInfo, owner: str, name: str) -> Payload:
    graph: Graph = info.context.graph
    found = graph.repository(graph.index.repository(owner, name))
    if found is None:
        raise GraphRefusal("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
    return found


def _node(_: Any, info: GraphQLResolveInfo, id: str) -> Payload:  # noqa: A002 - GitHub's name
    graph, index = info.context.graph, info.context.graph.index
    prefix, _, code = id.partition("_")
    number = _number_of(code)
    if prefix == "CS" and number in index.suites:
        name, sha = index.suites[number]
        return graph.suite(index.world.repositories[name], sha, number)
    if prefix == "PR" and number in index.pulls_by_id:
        pull = index.pulls_by_id[number]
        return graph.pull(index.world.repositories[pull.repository], pull)
    if prefix == "I" and number in index.issues_by_id:
        issue = index.issues_by_id[number]
        return graph.issue(index.world.repositories[issue.repository], issue)
    if prefix == "PRR" and number in index.reviews_by_id:
        pull, review = index.reviews_by_id[number]
        return graph.review(index.world.repositories[pull.repository], pull, review)
    if prefix == "DE" and number in index.deployments_by_id:
        name, deployment = index.deployments_by_id[number]
        return graph.deployment(index.world.repositories[name], deployment)
    found = graph.repository(index.repositories_by_id.get(number)) if prefix == "R" else None
    if found is None:
        raise GraphRefusal("NOT_FOUND", f"Could not resolve to a node with the global id of '{id}'")
    return found


def _number_of(code: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(code + "=" * (-len(code) % 4)).decode().removeprefix("demo:"))
    except (binascii.Error, ValueError):
        return -1


def _nodes(_: Any, info: GraphQLResolveInfo, ids: list[str]) -> list[Payload | GraphRefusal]:
    """What each id stands for; what is not there is null with an error of its own, and the others are answered."""
    if len(ids) > MOST_RECORDS:
        raise GraphRefusal("ARGUMENT_LIMIT", f"You may not provide more than {MOST_RECORDS} node ids; you provided {len(ids)}.")
    found: list[Payload | GraphRefusal] = []
    for one in ids:
        try:
            found.append(_node(None, info, one))
        except GraphRefusal as refusal:
            found.append(refusal)
    return found


def _rate_limit(_: Any, info: GraphQLResolveInfo) -> Payload:
    question: Question = info.context
    window = question.window
    return {
        "cost": question.cost.points,
        "limit": window.limit,
        "nodeCount": question.cost.nodes,
        "remaining": window.remaining,
        "resetAt": iso(datetime.fromtimestamp(window.resets_at, UTC)),
        "used": window.used,
    }


def _viewer(_: Any, info: GraphQLResolveInfo) -> Payload | None:
    graph: Graph = info.context.graph
    return actor(graph.site, graph.index.world.people[0].account)


def _organization(_: Any, info: GraphQLResolveInfo, login: str) -> Payload:
    graph: Graph = info.context.graph
    owner = graph.index.world.owner
    if login.lower() != owner.login.lower():
        raise GraphRefusal("NOT_FOUND", f"Could not resolve to an Organization with the login of '{login}'.")
    return graph.organisation()


ROOT = {
    "repository": _repository,
    "node": _node,
    "nodes": _nodes,
    "rateLimit": _rate_limit,
    "viewer": _viewer,
    "organization": _organization,
}


@lru_cache(maxsize=256)
def checked(query: str) -> tuple[DocumentNode | None, tuple[Payload, ...]]:
    """A query parsed and held against the schema, once; its errors where it does not fit."""
    try:
        document = parse(query)
    except GraphQLError as error:
        return None, (dict(error.formatted),)
    faults = validate(schema(), document)
    return (None, tuple(dict(fault.formatted) for fault in faults)) if faults else (document, ())


def _formatted(error: GraphQLError) -> Payload:
    """An error of a field; GitHub puts its type in front."""
    cause = error.original_error
    kind = {"type": cause.kind} if isinstance(cause, GraphRefusal) else {}
    return {**kind, **error.formatted}


def answer(github: Github, graph: Graph, caller: Caller, query: str, variables: Payload, operation: str | None) -> Payload:
    """Run one query: its data, its errors, or both; takes its cost from the caller's points."""
    document, faults = checked(query)
    if document is None:
        return {"errors": list(faults)}
    chosen = get_operation_ast(document, operation)
    if chosen is None:
        return {"errors": [{"message": "An operation name is required"}]}
    window = github.rates.window(caller.credential, "graphql")
    try:
        cost = CostOf(schema(), document, variables).cost(chosen)
    except GraphRefusal as refusal:
        return {"errors": [{"type": refusal.kind, "message": refusal.message}]}
    if window.remaining < cost.points:
        return {"errors": [{"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}]}
    window.used += cost.points
    result = execute_sync(
        schema(),
        document,
        context_value=Question(graph, window, cost),
        variable_values=variables,
        operation_name=operation,
        execution_context_class=Execution,
    )
    errors = [_formatted(error) for error in result.errors or []]
    return {"data": result.data, "errors": errors} if errors else {"data": result.data}


def _asked(body: bytes) -> tuple[str, Payload, str | None]:
    """Query, variables and operation name of a request's body.

    Raises:
        Refusal: 400 for what is not the JSON object that the endpoint takes.
    """
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refusal(400, "Problems parsing JSON") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise Refusal(400, "A query attribute must be specified and must be a string.")
    return asked["query"], asked.get("variables") or {}, asked.get("operationName")


def graphql_routes(github: Github) -> list[Route]:
    """The endpoint under both addresses that clients derive."""

    async def serve(request: Request) -> Response:
        headers = dict(REQUEST_HEADERS)
        try:
            caller = github.access.caller(request.headers.get("authorization", ""))
            check_secondary(github, caller)
            asked = _asked(await request.body())
        except Refusal as refusal:
            return json_response(refusal.payload, refusal.status, headers | refusal.headers)
        payload = answer(github, Graph(github.site(request), github.trees), caller, *asked)
        window = github.rates.window(caller.credential, "graphql")
        return json_response(payload, headers=headers | headers_of(window, "graphql"))

    return [Route(path, serve, methods=["POST"]) for path in PATHS]
