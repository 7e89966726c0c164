"""The Jira client over real HTTP on loopback: paging, retries, refusals, broken answers, and a token that stays unseen."""

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr

from connectors.contract import Meter, ReadContext
from connectors.errors import AuthFailed, ContractBroken, NotFound, RateLimited, SourceError, Unavailable
from connectors.jira.__main__ import main
from connectors.jira.client import JiraClient
from connectors.jira.options import JiraOptions
from connectors.jira.resources import CONNECTOR
from tests.unit.scripted_site import Answer, Script, Site, serving

TOKEN = "tok-very-secret"
CLOUD = {"deploymentType": "Cloud", "versionNumbers": [1001, 0, 0], "version": "1001.0.0"}


@pytest.fixture
def site() -> Iterator[Site]:
    """A loopback Jira, which only tells that it is Cloud."""
    for found in serving("/rest/api/2/"):
        found.script = lambda path, _: Answer(CLOUD)
        yield found


def scripted(**answers: Any) -> Script:
    """Answers by first part of the path; those of a tuple are given one by one, the last for ever."""
    queues = {name: list(answer) for name, answer in answers.items() if isinstance(answer, tuple)}

    def script(path: str, parameters: dict[str, str]) -> Answer:
        name = path.partition("/")[0]
        queue = queues.get(name)
        answer = answers.get(name, Answer({"errorMessages": ["no such thing"]}, 404))
        if queue:
            answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if callable(answer):
            answer = answer(path, parameters)
        return answer if isinstance(answer, Answer) else Answer(answer)

    return lambda path, parameters: script(path, parameters) if path != "serverInfo" or "serverInfo" in answers else Answer(CLOUD)


@dataclass
class Clock:
    """Waits that are noted instead of waited."""

    waits: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def client(site: Site, clock: Clock | None = None, meter: Meter | None = None, **changes: Any) -> JiraClient:
    options = JiraOptions(**({"url": site.url, "email": "bot@acme.example", "token": SecretStr(TOKEN), "projects": ("ML",)} | changes))
    return JiraClient(options, meter or Meter(), (clock or Clock()).sleep)


def issues(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": str(number), "key": f"ML-{number}"} for number in numbers]


def test_cloud_is_paged_by_token_with_everything_in_one_answer(site: Site):
    pages = {"": {"issues": issues(1, 2), "nextPageToken": "two"}, "two": {"issues": issues(3), "isLast": True}}
    site.script = scripted(
        field=[{"id": "summary", "name": "Summary", "clauseNames": ["summary"]}], search=lambda _, p: pages[p.get("nextPageToken", "")]
    )
    meter = Meter()
    read = list(client(site, meter=meter).issues("10001", 1764547200000))
    assert [issue["key"] for page in read for issue in page] == ["ML-1", "ML-2", "ML-3"]
    asked = [parameters for path, parameters, _ in site.requests if path == "search/jql"]
    assert asked[0]["jql"] == "project = 10001 AND updated >= 1764547200000 ORDER BY key ASC"
    assert (asked[0]["fields"], asked[0]["expand"], asked[0]["maxResults"]) == ("*all", "changelog", "100")
    assert meter.made == len(site.requests) == 4


def test_server_is_paged_by_offset_following_what_it_gives(site: Site):
    def search(_: str, parameters: dict[str, str]) -> Any:
        start = int(parameters["startAt"])
        return {"issues": issues(*range(start, min(start + 2, 5))), "total": 5, "startAt": start, "maxResults": 2}

    site.script = scripted(serverInfo={"deploymentType": "Server", "versionNumbers": [9, 4, 0]}, field=[], search=search)
    read = list(client(site).issues("10001", None))
    assert [len(page) for page in read] == [2, 2, 1]
    assert [p["startAt"] for path, p, _ in site.requests if path == "search"] == ["0", "2", "4"]
    assert {p["jql"] for path, p, _ in site.requests if path == "search"} == {"project = 10001 ORDER BY key ASC"}


@pytest.mark.parametrize(
    ("info", "chosen", "is_cloud"),
    [
        ({"deploymentType": "Cloud"}, "auto", True),
        ({"deploymentType": "cloud"}, "auto", True),
        ({"deploymentType": "DataCenter"}, "auto", False),
        ({"deploymentType": "Data Center"}, "auto", False),
        ({"versionNumbers": [7, 2]}, "auto", False),
        ({"deploymentType": None}, "auto", False),
        ({"deploymentType": "Purple"}, "auto", False),
        ({"deploymentType": "Server"}, "cloud", True),
        ({"deploymentType": "Cloud"}, "server", False),
    ],
)
def test_an_odd_or_missing_deployment_type_can_be_overruled(site: Site, info: dict[str, Any], chosen: str, is_cloud: bool):
    page = {"issues": [], "total": 0}
    site.script = scripted(serverInfo=info, field=[], search=page)
    source = client(site, deployment=chosen)
    assert source.is_cloud is is_cloud
    assert list(source.issues("1", None)) == [[]]
    assert site.paths()[-1] == ("search/jql" if is_cloud else "search")


def test_the_count_is_asked_where_each_deployment_has_it(site: Site):
    site.script = scripted(field=[], search={"count": 42})
    assert client(site).count("10001") == (42, "approximate count")
    assert site.requests[-1][:2] == ("search/approximate-count", {"jql": "project = 10001"})
    site.script = scripted(serverInfo={"deploymentType": "Server"}, field=[], search={"issues": issues(1), "total": 42})
    assert client(site).count("10001") == (42, "total of the search")
    assert site.requests[-1][1]["maxResults"] == "1"


def test_a_long_changelog_is_paged_on_cloud_and_whole_on_server(site: Site):
    def changelog(path: str, parameters: dict[str, str]) -> Any:
        start = int(parameters["startAt"])
        return {"values": [{"id": str(i)} for i in range(start, min(start + 100, 130))], "total": 130, "isLast": start > 0}

    site.script = scripted(issue=changelog)
    assert [item["id"] for item in client(site).histories("7")] == [str(i) for i in range(130)]
    assert site.paths()[-2:] == ["issue/7/changelog", "issue/7/changelog"]
    site.script = scripted(serverInfo={"deploymentType": "Server"}, issue={"id": "7", "changelog": {"histories": [{"id": "1"}]}})
    assert client(site).histories("7") == [{"id": "1"}]
    assert site.requests[-1][:2] == ("issue/7", {"fields": "id", "expand": "changelog"})


def test_a_changelog_that_a_server_cuts_is_paged_or_an_error_never_taken_for_whole(site: Site):
    cut = {"id": "7", "changelog": {"histories": [{"id": "1"}], "total": 2}}
    whole = {"values": [{"id": "1"}, {"id": "2"}], "total": 2}
    server = {"deploymentType": "Server"}
    site.script = scripted(serverInfo=server, issue=lambda path, _: whole if path.endswith("changelog") else cut)
    assert client(site).histories("7") == whole["values"]
    missing = Answer({"errorMessages": ["null for uri"]}, 404)
    site.script = scripted(serverInfo=server, issue=lambda path, _: missing if path.endswith("changelog") else cut)
    with pytest.raises(NotFound, match="the changelog of issue 7"):
        client(site).histories("7")


def test_remote_links_work_logs_sprints_and_statuses_are_asked_where_jira_has_them(site: Site):
    def issue(path: str, parameters: dict[str, str]) -> Any:
        start = int(parameters.get("startAt", 0))
        logs = {"worklogs": [{"id": str(i)} for i in range(start, min(start + 20, 25))], "total": 25}
        return {"remotelink": [{"id": 1}], "worklog": logs, "7": {"fields": {"project": {"key": "ML"}}}}[path.rpartition("/")[2]]

    def deleted(_: str, parameters: dict[str, str]) -> Any:
        since = int(parameters["since"])
        return {"values": [{"worklogId": since}], "since": since, "until": since + 1, "lastPage": since == 2}

    site.script = scripted(issue=issue, worklog=deleted, status=[{"id": "3"}])
    source = client(site)
    assert source.remote_links("7") == [{"id": 1}]
    assert len(source.worklogs("7")) == 25
    assert source.whereabouts("7")["fields"] == {"project": {"key": "ML"}}
    assert source.deleted_worklogs(1) == (["1", "2"], 3)
    assert source.statuses() == [{"id": "3"}]
    asked = len(site.requests)
    with pytest.raises(NotFound, match="sprint 9"):
        source.sprint("9")
    assert site.paths()[asked:] == ["/rest/agile/1.0/sprint/9"]


def test_comments_are_paged(site: Site):
    def comments(_: str, parameters: dict[str, str]) -> Any:
        start = int(parameters["startAt"])
        return {"comments": [{"id": str(i)} for i in range(start, min(start + 20, 25))], "total": 25}

    site.script = scripted(issue=comments)
    assert len(client(site).comments("7")) == 25


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_passing_fault_of_the_site_is_waited_out(site: Site, status: int):
    site.script = scripted(project=(Answer("oops", status), Answer("oops", status), Answer({"id": "10001", "key": "ML"})))
    clock, meter = Clock(), Meter()
    assert client(site, clock, meter).project("ML")["id"] == "10001"
    assert len(clock.waits) == 2
    assert all(0 < wait <= 31 for wait in clock.waits)
    assert meter.waited_seconds == pytest.approx(sum(clock.waits))


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_lasting_fault_is_given_up_after_five_attempts(site: Site, status: int):
    site.script = scripted(project=Answer("oops", status))
    with pytest.raises(Unavailable, match=f"project ML: status {status}: oops"):
        client(site).project("ML")
    assert site.paths().count("project/ML") == 5


def test_a_site_that_is_not_there_is_unavailable_without_hanging():
    clock = Clock()
    with pytest.raises(Unavailable, match="no answer"):
        client(Site("http://127.0.0.1:1", scripted()), clock)
    assert len(clock.waits) == 4


def test_a_wait_that_the_site_asks_for_is_kept(site: Site):
    limited = (Answer("slow down", 429, {"Retry-After": "17"}), Answer({"id": "10001"}))
    site.script = scripted(project=limited)
    clock = Clock()
    client(site, clock).project("ML")
    assert clock.waits == [pytest.approx(17, abs=2)]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_wait_too_long_ends_the_reading_saying_until_when(site: Site, form: str):
    after = "3600" if form == "seconds" else format_datetime(datetime.now(UTC) + timedelta(hours=1))
    site.script = scripted(project=Answer("slow down", 429, {"Retry-After": after}))
    clock = Clock()
    with pytest.raises(RateLimited) as caught:
        client(site, clock).project("ML")
    assert clock.waits == []
    assert caught.value.retry_at is not None
    assert timedelta(minutes=55) < caught.value.retry_at - datetime.now(UTC) <= timedelta(hours=1)


@pytest.mark.parametrize(
    "answer",
    [
        Answer("<html><title>Log in</title></html>", 200, {"Content-Type": "text/html"}),
        Answer('{"id": "10001", "na', 200),
        Answer('{"id": "10001"}', 200, is_cut_short=True),
        Answer("", 200),
    ],
    ids=["web page", "broken JSON", "cut short", "empty"],
)
def test_an_answer_that_is_no_json_is_asked_for_again_then_unavailable(site: Site, answer: Answer, caplog: pytest.LogCaptureFixture):
    site.script = scripted(project=answer)
    with pytest.raises(Unavailable):
        client(site).project("ML")
    assert site.paths().count("project/ML") == 5
    assert str(answer.body) not in caplog.text or not answer.body, "answers belong in no log"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer({"message": "Client must be authenticated"}, 401), "Jira does not accept the token"),
        (Answer("<html>Unauthorized</html>", 401), "is the token one of bot@acme.example"),
        (Answer({"errorMessages": ["no permission"]}, 403), "the account may not see it: no permission"),
        (Answer("", 403, {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=x"}), "captcha"),
        (Answer({}, 200), "empty"),
        (Answer({"self": "anonymous"}, 200), "as if nobody were logged in"),
    ],
)
def test_a_refused_token_is_told_plainly_and_not_tried_again(site: Site, answer: Answer, said: str):
    site.script = scripted(myself=answer)
    with pytest.raises(SourceError, match=said) as caught:
        client(site).myself()
    assert TOKEN not in str(caught.value) + repr(caught.value.__dict__)
    if said != "empty":
        assert isinstance(caught.value, AuthFailed)
        assert site.paths().count("myself") == 1


def test_an_email_and_its_token_are_sent_as_user_and_password(site: Site):
    site.script = scripted(myself={"accountId": "a"})
    client(site).myself()
    sent = base64.b64encode(f"bot@acme.example:{TOKEN}".encode()).decode()
    assert site.requests[-1][2]["authorization"] == f"Basic {sent}"


def test_a_missing_email_is_hinted_at_when_a_personal_token_is_refused(site: Site):
    site.script = scripted(myself=Answer("", 401))
    with pytest.raises(AuthFailed, match="Cloud's API tokens need email"):
        client(site, email=None).myself()
    assert site.requests[-1][2]["authorization"] == f"Bearer {TOKEN}"


def test_a_missing_project_and_a_refused_search_say_what_jira_said(site: Site):
    site.script = scripted(
        project=Answer({"errorMessages": ["No project could be found with key 'ML'."]}, 404),
        field=[],
        search=Answer({"errorMessages": ["bad JQL"]}, 400),
    )
    with pytest.raises(NotFound, match="No project could be found with key 'ML'"):
        client(site).project("ML")
    with pytest.raises(ContractBroken, match="status 400: bad JQL"):
        list(client(site).issues("10001", None))


def test_a_removed_search_hints_at_the_deployment(site: Site):
    site.script = scripted(serverInfo={"deploymentType": "Server"}, field=[], search=Answer({"errorMessages": ["removed"]}, 410))
    with pytest.raises(ContractBroken, match="deployment ="):
        list(client(site).issues("10001", None))


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ({"total": 3}, "expected an object with 'issues'"),
        ([1], "expected an object"),
        ({"issues": "none"}, "expected a list"),
        ({"issues": [], "total": "many"}, "number"),
    ],
)
def test_an_answer_of_another_shape_is_told_as_such(site: Site, page: Any, said: str):
    site.script = scripted(serverInfo={"deploymentType": "Server"}, field=[], search=page)
    with pytest.raises(ContractBroken, match=said):
        list(client(site).issues("10001", None))


def test_an_empty_page_where_more_were_promised_is_no_success(site: Site):
    site.script = scripted(serverInfo={"deploymentType": "Server"}, field=[], search={"issues": [], "total": 250})
    with pytest.raises(Unavailable, match="empty page came after 0 of 250"):
        list(client(site).issues("10001", None))


def test_a_page_token_that_does_not_move_ends_instead_of_circling(site: Site):
    site.script = scripted(field=[], search={"issues": issues(1), "nextPageToken": "same"})
    with pytest.raises(ContractBroken, match="same page token"):
        list(client(site).issues("10001", None))


def test_a_token_that_the_site_repeats_is_blacked_out(site: Site, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    site.script = scripted(project=Answer({"errorMessages": [f"cannot do that with {TOKEN}"]}, 400))
    with pytest.raises(ContractBroken, match=r"with \*\*\*") as caught:
        client(site).project("ML")
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert TOKEN not in caplog.text


def test_a_whole_reading_over_http(site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    issue = {"id": "7", "key": "ML-7", "fields": {"created": "2026-03-01T09:00:00.000+0000", "updated": "2026-03-02T09:00:00.000+0000"}}

    def search(path: str, _: dict[str, str]) -> Any:
        return {"count": 1} if path.endswith("count") else {"issues": [issue], "isLast": True}

    project = {"id": "10001", "key": "ML", "name": "ML"}
    site.script = scripted(myself={"accountId": "a"}, field=[], status=[], project=project, search=search)
    monkeypatch.setenv("JIRA_TOKEN", TOKEN)
    assert main([site.url, "--email", "bot@acme.example", "--project", "ML"]) == 0
    captured = capsys.readouterr()
    assert "issues\t1" in captured.out
    assert f"{len(site.requests)} requests" in captured.err
    assert site.paths().count("field") == 1, "the package asks for it again in each thread, unless it is told"
    assert TOKEN not in captured.out + captured.err
    assert main([site.url, "--email", "bot@acme.example", "--project", "ML", "--probe"]) == 0
    site.script = scripted(myself=Answer("", 401))
    assert main([site.url, "--project", "ML"]) == 1
    assert main([site.url, "--project", "ML", "--probe"]) == 1


def test_opening_asks_nothing(site: Site):
    options = JiraOptions(url=site.url, token=SecretStr(TOKEN), projects=("ML",))
    CONNECTOR.open(options).read(ReadContext(now=datetime.now(UTC)))
    assert site.requests == []
