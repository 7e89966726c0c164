"""The demo's GraphQL endpoint: paging, limits, cost and refusals as GitHub's, asked by PyGithub and plainly."""

from typing import get_args

import pytest
import requests
from github import Auth, Github
from graphql import execute_sync, get_named_type, is_leaf_type, is_union_type, parse

from connectors.github import issue_queries, pull_request_queries, queries
from pipelines.demo.servers.git_objects import Trees
from pipelines.demo.servers.github_graph import GraphRefusal
from pipelines.demo.servers.github_graph_repository import Graph
from pipelines.demo.servers.github_graphql import Execution, Question, schema
from pipelines.demo.servers.github_index import GithubIndex
from pipelines.demo.servers.github_site import Site
from pipelines.demo.servers.limits import Limits, Window
from pipelines.demo.servers.serving import Settings, serve
from pipelines.demo.world import EventKind
from tests.contract.demo_world import PULLS, TOKEN

PLACE = {"owner": "acme", "name": "harness"}


def of_harness(fields, variables=""):
    """A query for fields of the harness's repository."""
    return f'query{variables} {{ repository(owner: "acme", name: "harness") {{ {fields} }} }}'


@pytest.fixture(scope="module")
def ask(served):
    def question(query, **variables):
        body = {"query": query, "variables": variables}
        return requests.post(f"{served.github_html_url}/api/graphql", json=body, auth=("x", TOKEN), timeout=30).json()

    return question


def test_pygithub_finds_the_endpoint_and_pages_through_pull_requests(served):
    numbers, after = [], None
    with Github(base_url=served.github_api_url, auth=Auth.Token(TOKEN), seconds_between_writes=0, timeout=30) as client:
        while True:
            variables = {**PLACE, "first": 10, "after": after}
            _, answer = client.requester.graphql_query(pull_request_queries.PULL_REQUESTS, variables)
            page = answer["data"]["repository"]["pullRequests"]
            numbers += [node["number"] for node in page["nodes"]]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
    assert (page["totalCount"], sorted(numbers)) == (PULLS, list(range(1, PULLS + 1)))


def test_a_pull_request_comes_with_everything_around_it(ask, world):
    answer = ask(pull_request_queries.PULL_REQUESTS, **PLACE, first=100)
    [pull] = [node for node in answer["data"]["repository"]["pullRequests"]["nodes"] if node["number"] == 1]
    assert (pull["fullDatabaseId"], pull["state"], pull["mergedBy"]["login"]) == ("90000000001", "MERGED", "ana")
    assert pull["mergeCommit"]["oid"] == world.sha("harness:2")
    assert [review["state"] for review in pull["reviews"]["nodes"]] == ["CHANGES_REQUESTED", "APPROVED"]
    assert [node["commit"]["oid"] for node in pull["commits"]["nodes"]] == [world.sha("harness:p1"), world.sha("harness:p1b")]
    assert pull["commits"]["nodes"][0]["commit"]["author"]["user"] == {"databaseId": 2002, "login": "ben"}
    assert [file["changeType"] for file in pull["files"]["nodes"]] == ["ADDED", "ADDED"]


def test_a_timeline_names_heads_that_are_gone_and_who_refers_from_where(ask, world):
    answer = ask(pull_request_queries.PULL_REQUESTS, **PLACE, first=100)
    [pull] = [node for node in answer["data"]["repository"]["pullRequests"]["nodes"] if node["number"] == 1]
    events = {event["__typename"]: event for event in pull["timelineItems"]["nodes"]}
    assert events.keys() == set(get_args(EventKind)), "one of every kind"
    assert events["HeadRefForcePushedEvent"]["beforeCommit"]["oid"] == world.sha("harness:lost")
    assert events["RemovedFromMergeQueueEvent"]["reason"] == "failed_checks"
    assert events["CrossReferencedEvent"]["source"]["number"] == 3
    comments = pull["reviews"]["nodes"][0]["comments"]["nodes"]
    assert [(comment["fullDatabaseId"], comment["replyTo"]) for comment in comments] == [
        ("5001", None),
        ("5002", {"fullDatabaseId": "5001"}),
    ]


def test_the_timeline_of_an_issue_has_the_wanted_events_and_goes_on_from_any_of_them(ask):
    answer = ask(issue_queries.issue_timelines(2), **PLACE, number0=101, number1=999)
    issue = answer["data"]["repository"]["i0"]
    told = [(node["__typename"], (node.get("actor") or node.get("author"))["login"]) for node in issue["timelineItems"]["nodes"]]
    assert told == [("AssignedEvent", "ana"), ("IssueComment", "ben"), ("ClosedEvent", "ben"), ("LabeledEvent", "dependabot")]
    assert issue["timelineItems"]["nodes"][0]["assignee"]["login"] == "ben"
    assert [(error["type"], error["path"]) for error in answer["errors"]] == [("NOT_FOUND", ["repository", "i1"])]
    first = ask(
        of_harness("issue(number: 101) { id timelineItems(first: 3, itemTypes: [CLOSED_EVENT]) { pageInfo { endCursor } totalCount } }")
    )
    page = first["data"]["repository"]["issue"]["timelineItems"]
    assert page["totalCount"] == 1
    rest = ask(issue_queries.MORE_OF_TIMELINE, issue=issue["id"], after=page["pageInfo"]["endCursor"])
    assert len(rest["data"]["node"]["timelineItems"]["nodes"]) == 3


def test_an_issue_says_in_rest_what_its_timeline_says(served):
    url = f"{served.github_api_url}/repos/acme/harness/issues/101"
    issue = requests.get(url, auth=("x", TOKEN), timeout=30).json()
    assert ([one["login"] for one in issue["assignees"]], issue["closed_by"]["login"], issue["comments"]) == (["ben"], "ben", 1)


def test_checks_of_both_kinds_say_whether_a_pull_request_requires_them(ask, world):
    world.pull_requests[0].requires = ("ci/build",)
    world.pull_requests[0].commits = ["harness:p1"]
    pull = ask(pull_request_queries.required_checks(1), **PLACE, number0=1)["data"]["repository"]["p0"]
    contexts = pull["commits"]["nodes"][0]["commit"]["statusCheckRollup"]["contexts"]["nodes"]
    assert {(one.get("name") or one["context"]): one["isRequired"] for one in contexts} == {
        "gate": True,
        "deepsource": False,
        "ci/build": True,
    }


def test_further_pages_of_a_connection_go_on_where_the_first_ended(ask):
    fields = "pullRequest(number: 1) { id reviews(first: $n) { pageInfo { endCursor hasNextPage } nodes { fullDatabaseId } } }"
    first = ask(of_harness(fields, "($n: Int!)"), n=1)
    pull = first["data"]["repository"]["pullRequest"]
    page = pull["reviews"]
    assert page["pageInfo"]["hasNextPage"] is True
    more = ask(pull_request_queries.more(["reviews"]), id0=pull["id"], after0=page["pageInfo"]["endCursor"])
    rest = more["data"]["m0"]["reviews"]
    assert [node["fullDatabaseId"] for node in page["nodes"] + rest["nodes"]] == ["4001", "4002"]
    assert rest["pageInfo"]["hasNextPage"] is False


def test_check_runs_of_every_attempt_come_by_suite_with_the_steps_of_jobs(ask, world):
    answer = ask(queries.check_suites(2), **PLACE, sha0=world.sha("harness:p1"), sha1="0" * 40)
    repository = answer["data"]["repository"]
    assert repository["c1"] is None
    ids = [suite["id"] for suite in repository["c0"]["checkSuites"]["nodes"]]
    suites = ask(queries.CHECK_RUNS, suites=ids, first=queries.CHECK_RUNS_A_SUITE)["data"]["nodes"]
    by_app = {}
    for suite in suites:
        assert suite["commit"]["oid"] == world.sha("harness:p1")
        by_app.setdefault(suite["app"]["slug"], []).extend(suite["checkRuns"]["nodes"])
    assert sorted(check["conclusion"] for check in by_app["github-actions"]) == ["FAILURE", "FAILURE", "SUCCESS", "SUCCESS", "SUCCESS"]
    assert [check["conclusion"] for check in by_app["deepsource"]] == ["FAILURE", "SUCCESS"]
    assert all(check["steps"]["nodes"] for check in by_app["github-actions"])
    assert not any(check["steps"]["nodes"] for check in by_app["deepsource"])
    more = ask(queries.MORE_CHECK_RUNS, suite=suites[0]["id"])
    assert more["data"]["node"]["checkRuns"]["nodes"] == suites[0]["checkRuns"]["nodes"]


def test_an_id_that_is_gone_is_null_with_an_error_and_the_others_are_answered(ask):
    known = ask(of_harness("id"))["data"]["repository"]["id"]
    answer = ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[known, "CS_nonsense"])
    assert answer["data"]["nodes"] == [{"id": known}, None]
    assert [(error["type"], error["path"]) for error in answer["errors"]] == [("NOT_FOUND", ["nodes", 1])]


def test_connections_of_many_ids_cost_as_many_requests(ask):
    cost = "query($ids: [ID!]!) { rateLimit { cost } nodes(ids: $ids) { ... on Repository { pullRequests(first: 1) { totalCount } } } }"
    known = ask(of_harness("id"))["data"]["repository"]["id"]
    assert [ask(cost, ids=[known] * count)["data"]["rateLimit"]["cost"] for count in (1, 100)] == [1, 1]
    nested = cost.replace("totalCount", "nodes { labels(first: 1) { totalCount } reviews(first: 1) { totalCount } }")
    assert ask(nested, ids=[known] * 100)["data"]["rateLimit"]["cost"] == 3


def test_only_latest_check_runs_without_a_filter_and_required_ones_are_marked(ask, world):
    checks = "checkRuns(first: 50) { nodes { databaseId name conclusion isRequired(pullRequestNumber: 1) } }"
    text = of_harness(
        f"object(oid: $sha) {{ ... on Commit {{ checkSuites(first: 50) {{ nodes {{ {checks} }} }} }} }}", "($sha: GitObjectID!)"
    )
    suites = ask(text, sha=world.sha("harness:p1"))["data"]["repository"]["object"]["checkSuites"]["nodes"]
    checks = [check for suite in suites for check in suite["checkRuns"]["nodes"]]
    assert {check["conclusion"] for check in checks} == {"SUCCESS"}
    assert {check["name"]: check["isRequired"] for check in checks} == {"gate": True, "deepsource": False}
    # Beyond 32 bits: run and job ids outgrew the specification's Int years ago.
    assert max(check["databaseId"] for check in checks) == 45_000_000_032


def test_what_is_gone_is_null_with_a_reason_and_the_rest_is_answered(ask):
    names = {"name0": "from-template", "name1": "vanished", "name2": "empty"}
    answer = ask(queries.repository_details(3), owner0="acme", owner1="acme", owner2="acme", **names)
    assert answer["data"]["r0"]["templateRepository"] == {"databaseId": 504, "nameWithOwner": "acme/starter"}
    assert (answer["data"]["r1"], answer["data"]["r2"]["isEmpty"]) == (None, True)
    [error] = answer["errors"]
    assert (error["type"], error["path"]) == ("NOT_FOUND", ["r1"])
    assert error["message"] == "Could not resolve to a Repository with the name 'acme/vanished'."


DEEP = "files(first: 100) { nodes { path } } commits(first: 100) { nodes { commit { parents(first: 60) { nodes { oid } } } } }"


@pytest.mark.parametrize(
    ("fields", "kind", "part"),
    [
        ("pullRequests(first: 101) { nodes { number } }", "EXCESSIVE_PAGINATION", "Requesting 101 records on the `pullRequests`"),
        ("pullRequests { nodes { number } }", "MISSING_PAGINATION_BOUNDARIES", "`first` or `last`"),
        (f"pullRequests(first: 100) {{ nodes {{ {DEEP} }} }}", "MAX_NODE_LIMIT_EXCEEDED", "620,100 possible nodes"),
    ],
)
def test_queries_that_ask_for_too_much_are_refused(ask, fields, kind, part):
    [error] = ask(of_harness(fields))["errors"]
    assert error["type"] == kind
    assert part in error["message"]


def test_a_total_needs_no_bounds(ask):
    assert ask(of_harness("issues { totalCount }"))["data"]["repository"]["issues"] == {"totalCount": 5}


def test_an_unknown_field_is_named(ask):
    answer = ask("{ viewer { shoeSize } }")
    assert "data" not in answer
    assert "shoeSize" in answer["errors"][0]["message"]


def test_a_query_tells_its_cost_by_githubs_formula_and_is_charged_it(served, ask):
    inner = "reviews(first: 10) { nodes { id } } commits(first: 10) { nodes { id } }"
    text = of_harness(f"pullRequests(first: 100) {{ nodes {{ {inner} }} }}").replace(
        "query {", "query { rateLimit { cost nodeCount remaining }"
    )
    before = ask("{ rateLimit { remaining } }")["data"]["rateLimit"]["remaining"]
    told = ask(text)["data"]["rateLimit"]
    # One request for the pull requests and two for each of the hundred: 201, two points.
    assert (told["cost"], told["nodeCount"], told["remaining"]) == (2, 100 + 1000 + 1000, before - 2)


def test_spent_points_are_an_error_with_status_200(world, root):
    with serve(world, root, token=TOKEN, settings=Settings(limits=Limits(graphql=1))) as served:
        answers = [
            requests.post(f"{served.github_html_url}/graphql", json={"query": "{ viewer { login } }"}, auth=("x", TOKEN), timeout=30)
            for _ in range(2)
        ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == {"data": {"viewer": {"login": "ana"}}}
    assert answers[1].json()["errors"][0]["type"] == "RATE_LIMITED"
    assert answers[1].headers["x-ratelimit-remaining"] == "0"


def test_the_wrong_token_and_a_broken_body_are_refused(served):
    url = f"{served.github_html_url}/api/graphql"
    assert requests.post(url, json={"query": "{ viewer { login } }"}, auth=("x", "wrong"), timeout=30).status_code == 401
    broken = requests.post(url, data="{", auth=("x", TOKEN), timeout=30)
    assert (broken.status_code, broken.json()["message"]) == (400, "Problems parsing JSON")


def test_bots_are_bots_and_have_no_brackets_here(world, root):
    bot = world.bots[0]
    changed = next(pull for pull in world.pull_requests if pull.number == 2)
    author, changed.account = changed.account, bot
    try:
        with serve(world, root, token=TOKEN) as served:
            text = of_harness("pullRequest(number: 2) { author { __typename login ... on Bot { databaseId } } }")
            answer = requests.post(f"{served.github_html_url}/api/graphql", json={"query": text}, auth=("x", TOKEN), timeout=30).json()
            rest = requests.get(f"{served.github_api_url}/repos/acme/harness/pulls/2", auth=("x", TOKEN), timeout=30).json()
    finally:
        changed.account = author
    assert answer["data"]["repository"]["pullRequest"]["author"] == {"__typename": "Bot", "login": "dependabot", "databaseId": 3001}
    assert (rest["user"]["login"], rest["user"]["type"]) == ("dependabot[bot]", "Bot")


ARGUMENTS = {
    "issue": "(number: 101)",
    "pullRequest": "(number: 1)",
    "ref": '(qualifiedName: "refs/heads/main")',
    "object": '(expression: "main")',
    "isRequired": "(pullRequestNumber: 1)",
    "team": '(slug: "platform")',
}
SHOWN_AS = {"Actor": "User", "RepositoryOwner": "Organization", "GitObject": "Commit", "Node": "Repository"}


def every_field(kind, depth):
    """A selection of all fields of a type, and of what they lead to, as deep as said."""
    parts = ["__typename"]
    for name, field in kind.fields.items():
        of = get_named_type(field.type)
        if is_leaf_type(of):
            parts.append(name + ARGUMENTS.get(name, ""))
        elif is_union_type(of):
            members = " ".join(f"... on {one.name} {{ {every_field(one, depth - 1)} }}" for one in of.types) if depth else ""
            parts.append(f"{name} {{ __typename {members} }}")
        elif depth:
            arguments = "(first: 2)" if of.name.endswith("Connection") else ARGUMENTS.get(name, "")
            inner = every_field(schema().type_map[SHOWN_AS.get(of.name, of.name)], depth - 1)
            inner = f"... on {SHOWN_AS[of.name]} {{ {inner} }}" if of.name in SHOWN_AS else inner
            parts.append(f"{name}{arguments} {{ {inner} }}")
    return " ".join(parts)


def test_every_field_of_the_schema_has_a_value_of_its_own(world, root):
    """A field that the graph's objects lack would be served as null, silently."""

    def resolve(source, info, **arguments):
        assert info.field_name in source, f"{info.parent_type}.{info.field_name} is served by nothing"
        value = source[info.field_name]
        return value(info, **arguments) if callable(value) else value

    site = Site(GithubIndex(world), "http://localhost:1")
    context = Question(Graph(site, Trees(root)), Window(10, 60.0, 0.0))
    suites = f"checkSuites(first: 9) {{ nodes {{ {every_field(schema().type_map['CheckSuite'], 2)} }} }}"
    questions = [
        f'query {{ organization(login: "acme") {{ {every_field(schema().type_map["Organization"], 2)} }} }}',
        of_harness(every_field(schema().type_map["Repository"], 2)),
        of_harness(f"pullRequest(number: 1) {{ {every_field(schema().type_map['PullRequest'], 3)} }}"),
        of_harness(f'object(oid: "{world.sha("harness:p1")}") {{ ... on Commit {{ {suites} }} }}'),
    ]
    for text in questions:
        result = execute_sync(schema(), parse(text), context_value=context, field_resolver=resolve, execution_context_class=Execution)
        # Other repositories have no issue 101.
        assert [error for error in result.errors or [] if not isinstance(error.original_error, GraphRefusal)] == []


def test_a_cursor_that_is_none_is_refused(ask):
    [error] = ask(of_harness('pullRequests(first: 1, after: "nonsense") { nodes { number } }'))["errors"]
    assert error["type"] == "INVALID_CURSOR_ARGUMENTS"


def test_pages_can_be_taken_from_the_end_and_before_a_cursor(ask):
    fields = "pullRequests(last: 2%s) { pageInfo { startCursor hasPreviousPage hasNextPage } nodes { number } }"
    page = ask(of_harness(fields % ""))["data"]["repository"]["pullRequests"]
    assert [node["number"] for node in page["nodes"]] == [PULLS - 1, PULLS]
    before = ask(of_harness(fields % f', before: "{page["pageInfo"]["startCursor"]}"'))["data"]["repository"]["pullRequests"]
    assert [node["number"] for node in before["nodes"]] == [PULLS - 3, PULLS - 2]
    assert before["pageInfo"]["hasNextPage"] is True


def test_things_are_found_again_by_their_global_id(ask):
    fields = "id pullRequest(number: 1) { id }"
    repository = ask(of_harness(fields))["data"]["repository"]
    text = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    ids = [repository["id"], repository["pullRequest"]["id"], "PR_nonsense"]
    answer = ask(text, ids=ids[:2])
    assert [(node["__typename"], node["id"]) for node in answer["data"]["nodes"]] == [("Repository", ids[0]), ("PullRequest", ids[1])]
    [error] = ask("query($id: ID!) { node(id: $id) { id } }", id=ids[2])["errors"]
    assert (error["type"], ids[2] in error["message"]) == ("NOT_FOUND", True)
