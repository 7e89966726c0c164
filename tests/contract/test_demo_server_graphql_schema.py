"""The demo's GraphQL schema is a part of GitHub's: every type, field, argument, default and nullability exists there identically."""

from functools import cache

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    parse,
    validate,
)

from connectors.github import issue_queries, pull_request_queries, queries, surroundings_queries
from pipelines.demo.servers.github_graphql import SDL, schema
from tests.contract.npm import npm_file

pytestmark = pytest.mark.node


@cache
def github() -> GraphQLSchema:
    text = npm_file("@octokit/graphql-schema", "15.26.1", "schema.graphql").read_text(encoding="utf-8")
    return build_schema(text, assume_valid_sdl=True, assume_valid=True)


def differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    found: list[str] = []
    for name, kind in ours.type_map.items():
        real = theirs.type_map.get(name)
        if name.startswith("__"):
            continue
        if type(real) is not type(kind):
            found.append(f"{name} is no {type(kind).__name__} there")
        elif isinstance(kind, GraphQLEnumType):
            found += [] if set(kind.values) == set(real.values) else [f"{name} has other values there"]
        elif isinstance(kind, GraphQLUnionType):
            found += [
                f"{name} does not hold {one.name} there" for one in kind.types if one.name not in {other.name for other in real.types}
            ]
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            found += of_fields(name, kind, real)
    return found


def of_fields(name, kind, real) -> list[str]:
    found = []
    if not isinstance(kind, GraphQLInputObjectType):
        known = {interface.name for interface in real.interfaces}
        found += [f"{name} is no {interface.name} there" for interface in kind.interfaces if interface.name not in known]
    for field_name, field in kind.fields.items():
        other = real.fields.get(field_name)
        if other is None or str(other.type) != str(field.type):
            found.append(f"{name}.{field_name} is {field.type} here and {other and other.type} there")
            continue
        for argument_name, argument in getattr(field, "args", {}).items():
            known = other.args.get(argument_name)
            if known is None or (str(known.type), known.default_value) != (str(argument.type), argument.default_value):
                found.append(f"{name}.{field_name}({argument_name}) differs")
        required = {n for n, a in getattr(other, "args", {}).items() if str(a.type).endswith("!")} - set(getattr(field, "args", {}))
        found += [f"{name}.{field_name} needs {argument} there" for argument in required]
    return found


def test_every_type_and_field_is_githubs():
    assert differences(schema(), github()) == []


def test_the_comparison_finds_what_differs():
    text = SDL.read_text(encoding="utf-8")
    text = text.replace("  fullDatabaseId: BigInt", "  fullDatabaseId: BigInt!").replace(
        "pullRequest(number: Int!)", "pullRequest(number: Int)"
    )
    text = text.replace("  isDraft: Boolean!", "  isDraft: Boolean!\n  isLovely: Boolean!").replace("  MERGED\n", "  MERGED\n  MELTED\n")
    found = "\n".join(differences(build_schema(text), github()))
    for part in ("PullRequest.fullDatabaseId", "Repository.pullRequest(number)", "PullRequest.isLovely", "PullRequestState"):
        assert part in found


CONNECTOR_QUERIES = {
    "pull requests": pull_request_queries.PULL_REQUESTS,
    "more of everything": pull_request_queries.more([*pull_request_queries.NESTED, "comments", "reviews"]),
    **{f"more {name}": pull_request_queries.more([name]) for name in (*pull_request_queries.NESTED, "comments")},
    "required checks": pull_request_queries.required_checks(2),
    "more required checks": pull_request_queries.MORE_REQUIRED_CHECKS,
    "issue timelines": issue_queries.issue_timelines(2),
    "more of an issue's timeline": issue_queries.MORE_OF_TIMELINE,
    "repository details": queries.repository_details(2),
    "check suites": queries.check_suites(2),
    "check runs": queries.CHECK_RUNS,
    "more check suites": queries.MORE_CHECK_SUITES,
    "more check runs": queries.MORE_CHECK_RUNS,
    "surroundings": surroundings_queries.SURROUNDINGS,
    **{f"more {name}": text for name, text in surroundings_queries.MORE_SURROUNDINGS.items()},
    "more deployment statuses": surroundings_queries.MORE_STATUSES,
    "teams": surroundings_queries.TEAMS,
    **{f"more team {name}": surroundings_queries.more_of_team(name) for name in ("members", "repositories")},
}


@pytest.mark.parametrize("text", CONNECTOR_QUERIES.values(), ids=CONNECTOR_QUERIES)
def test_the_connectors_queries_are_valid_at_github_and_here(text):
    assert validate(github(), parse(text)) == []
    assert validate(schema(), parse(text)) == []
