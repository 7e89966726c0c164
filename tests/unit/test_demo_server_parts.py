"""The demo servers' small parts: JQL, date ranges, budgets by the clock, ports, endpoint names."""

import socket
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipelines.demo.servers.faults import Fault
from pipelines.demo.servers.github_actions_rest import moment_range
from pipelines.demo.servers.github_index import HALF, GithubIndex
from pipelines.demo.servers.jira_jql import BadQuery, parse_jql
from pipelines.demo.servers.limits import Limits, RateBook
from pipelines.demo.servers.request_log import endpoint_name
from pipelines.demo.servers.serving import listen
from pipelines.demo.world import Account, World
from pipelines.demo.world_checks import Attempt, Job, WorkflowRun
from pipelines.demo.world_jira import JiraIssue

BERLIN = ZoneInfo("Europe/Berlin")


def issue(number, project="INC", status="Open", kind="Incident"):
    moment = datetime(2026, 1, number, 12, tzinfo=UTC)
    return JiraIssue(number, f"{project}-{number}", kind, "", "", status, "new", "High", "a", "", moment, moment)


ISSUES = [issue(2), issue(10), issue(1, "ML", "Done", "Task"), issue(9, "ML")]
WORLD = World(1, Account(1, "acme"), jira_projects={"INC": (10001, "Incidents"), "ML": (10002, "Machine Learning")})


@pytest.mark.parametrize(
    ("jql", "keys"),
    [
        ("project = INC ORDER BY key ASC", ["INC-2", "INC-10"]),
        ("project = 10001 order by KEY desc", ["INC-10", "INC-2"]),
        ('project = "machine learning" ORDER BY created', ["ML-1", "ML-9"]),
        ("project in (INC, 'ML') ORDER BY updated DESC", ["INC-10", "ML-9", "INC-2", "ML-1"]),
        ("project not in (INC) AND status != Done", ["ML-9"]),
        ("(issuetype = Task OR key = INC-2) AND NOT project = INC", ["ML-1"]),
        ("updated >= 1767787200000 AND updated < 1767960000000", []),
        ("updated >= 1767960000000 ORDER BY key", ["INC-10", "ML-9"]),
        ('updated > "2026-01-09 13:00"', ["INC-10"]),
        ('updated >= "2026/01/09 13:00" ORDER BY project, key DESC', ["INC-10", "ML-9"]),
        ("updated >= 2026-01-10", ["INC-10"]),
        ("id in (9, 10)", ["INC-10", "ML-9"]),
        ("resolved <= 2026-01-10", []),
    ],
)
def test_jql_finds_and_orders(jql, keys):
    assert [found.key for found in parse_jql(WORLD, jql, BERLIN).run(ISSUES)] == keys


@pytest.mark.parametrize(
    ("jql", "part"),
    [
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'"),
        ("shoe = 41", "Field 'shoe' does not exist"),
        ("project ~ INC", "Expecting operator but got '~'"),
        ("project in INC", "Expecting '('"),
        ("project in (INC", "Expecting ')'"),
        ("(project = INC", "Expecting ')'"),
        ("project = INC status = Open", "Expecting operator before the end"),
        ("project =", "Unexpected end"),
        ('project = "INC', "reserved JQL character"),
        ("updated >= tomorrow", "Date value 'tomorrow'"),
    ],
)
def test_jql_names_what_it_does_not_understand(jql, part):
    with pytest.raises(BadQuery, match=part.replace("(", r"\(").replace(")", r"\)")):
        parse_jql(WORLD, jql, BERLIN)


def test_a_query_without_a_restriction_is_known_as_such():
    assert not parse_jql(WORLD, "ORDER BY key", BERLIN).is_bounded
    assert not parse_jql(WORLD, "", BERLIN).is_bounded
    assert parse_jql(WORLD, "project = INC", BERLIN).is_bounded


def day(number, hour=0):
    return datetime(2026, 3, number, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-03-02", day(2), day(3)),
        ("2026-03-02..2026-03-04", day(2), day(5)),
        ("2026-03-02T06:00:00Z..2026-03-02T06:59:59Z", day(2, 6), day(2, 7)),
        ("2026-03-02T07:00:00+01:00..2026-03-04", day(2, 6), day(5)),
    ],
)
def test_ranges_hold_their_last_day(text, start, end):
    assert moment_range(text) == (start, end)


def test_open_ranges_have_one_end():
    assert moment_range(">=2026-03-02")[0] == moment_range("2026-03-02..*")[0] == day(2)
    assert moment_range(">2026-03-02")[0] == day(3)
    assert moment_range("<2026-03-02")[1] == day(2)
    assert moment_range("<=2026-03-02")[1] == moment_range("*..2026-03-02")[1] == day(3)


def test_a_budget_is_renewed_when_its_window_is_over():
    now = [1000.0]
    rates = RateBook(Limits(core=2, window_seconds=60, points_per_minute=1), clock=lambda: now[0])
    rates.window("a", "core").used += 2
    assert (rates.window("a", "core").remaining, rates.window("b", "core").remaining) == (0, 2)
    assert (rates.seconds_to_wait("a"), rates.seconds_to_wait("a")) == (0, 60)
    now[0] += 61
    assert rates.window("a", "core").remaining == 2
    assert rates.seconds_to_wait("a") == 0


def test_a_port_in_use_is_replaced_by_a_free_one():
    first = listen(0)
    try:
        port = first.getsockname()[1]
        second = listen(port)
        assert second.getsockname()[1] != port
        second.close()
    finally:
        first.close()
    again = listen(port)
    assert again.getsockname()[1] == port
    again.close()


def test_the_port_is_on_loopback_only():
    found = listen(0)
    assert found.getsockname()[0] == "127.0.0.1"
    assert found.family == socket.AF_INET
    found.close()


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/v3/repos/acme/x/actions/runs/16000000003/attempts/2/jobs", "GET /repos/{owner}/{repo}/actions/runs/{id}/attempts/{id}/jobs"),
        ("/api/v3/repositories/501/pulls", "GET /repos/{owner}/{repo}/pulls"),
        ("/api/v3/repos/acme/x/commits/abc/check-runs", "GET /repos/{owner}/{repo}/commits/{sha}/check-runs"),
        ("/acme/x.git/info/refs", "GET /{owner}/{repo}.git/info/refs"),
        ("/api/graphql", "GET /api/graphql"),
        ("/rest/api/2/issue/INC-7/changelog", "GET /rest/api/2/issue/{id}/changelog"),
        ("/api/v1/experiments/exp_1/results", "GET /api/v1/experiments/{id}/results"),
    ],
)
def test_paths_are_counted_under_their_endpoint(path, name):
    assert endpoint_name("GET", path) == name


def test_a_fault_strikes_as_often_as_it_says_after_letting_pass():
    fault = Fault("/x", times=2, after=1)
    assert [fault.strikes(target) for target in ("GET /x", "GET /y", "GET /x", "GET /x", "GET /x")] == [False, False, True, True, False]


def test_two_check_suites_of_one_number_are_refused():
    """Jobs would be told as another run's."""
    account, at = Account(1, "acme"), datetime(2026, 1, 1, tzinfo=UTC)
    world = World(1, account)
    for number, head in ((7, "a"), (7 + HALF, "b")):
        world.shas[head] = head * 40
        attempts = [Attempt("success", at, at, account, [Job(number, "test", "success", at, at, [])])]
        world.runs.append(WorkflowRun(number, "acme/x", 1, "CI", "ci.yml", "push", head, "main", 1, account, at, attempts, ()))
    with pytest.raises(ValueError, match="check suite 7 is of"):
        GithubIndex(world)
