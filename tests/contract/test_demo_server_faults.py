"""What can be made to go wrong at the demo servers reaches real clients as the real thing would."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from github import Auth, Github, GithubException, GithubRetry

from pipelines.demo.servers.faults import Fault, Faults, burst, limited
from pipelines.demo.servers.process import serve_apart
from pipelines.demo.servers.serving import serve
from tests.contract.demo_world import TOKEN, at, git

USER = "/user"


@pytest.fixture(scope="module", params=[serve, serve_apart], ids=["thread", "process"])
def served(request, world, root):
    with request.param(world, root, token=TOKEN) as endpoints:
        yield endpoints


@pytest.fixture
def ask(served):
    served.control.clear_faults()
    served.control.clear_logs()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield lambda path=USER: session.get(served.github_api_url + path, timeout=30)


def test_a_burst_of_errors_ends(served, ask):
    served.control.add_faults(burst("/user$", 502, times=2))
    assert [ask().status_code for _ in range(3)] == [502, 502, 200]
    assert served.control.struck() == 2


def test_pygithub_waits_out_a_limit_with_retry_after(served, ask):
    served.control.add_faults(limited("/user", 429, retry_after=0), limited("/user", 403, retry_after=0))
    retry = GithubRetry(total=5, secondary_rate_wait=0)
    with Github(base_url=served.github_api_url, auth=Auth.Token(TOKEN), retry=retry, seconds_between_requests=0, timeout=30) as client:
        assert client.get_user().login == "ana"
    counts = served.request_log["github"].counts()["GET /user"]
    assert counts == {"made": 3, "limited": 2, "answered": 1}


def test_a_limit_may_come_without_retry_after(served, ask):
    served.control.add_faults(limited("/user", 429, retry_after=None))
    refused = ask()
    assert (refused.status_code, "retry-after" in refused.headers) == (429, False)


def test_html_with_status_200(served, ask):
    served.control.add_faults(Fault("/user", "html", status=200))
    response = ask()
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "<html" in response.text
    assert ask().json()["login"] == "ana"


def test_a_body_cut_short(served, ask):
    served.control.add_faults(Fault("/orgs/acme/repos", "cut"))
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        ask("/orgs/acme/repos")
    assert len(ask("/orgs/acme/repos").json()) == 6


def test_a_connection_closed_before_the_answer(served, ask):
    served.control.add_faults(Fault("/user", "drop"))
    with pytest.raises(requests.exceptions.ConnectionError):
        ask()
    assert served.request_log["github"].counts()["GET /user"] == {"made": 1, "dropped": 1}
    assert ask().status_code == 200


def test_late_answers_overlap(served, ask):
    served.control.add_faults(Fault("/user", "delay", seconds=0.3, times=None))
    started = time.monotonic()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: requests.get(f"{served.github_api_url}/user", auth=("x", TOKEN), timeout=30), range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert time.monotonic() - started >= 0.3
    assert served.request_log["github"].peak > 1


def test_the_first_requests_can_be_let_pass_and_queries_can_be_matched(served, ask):
    served.control.add_faults(Fault(r"/pulls\?.*page=2", status=500, after=1))
    paths = ["/repos/acme/harness/pulls?page=1", "/repos/acme/harness/pulls?page=2"]
    assert [ask(path).status_code for path in [*paths, *paths]] == [200, 200, 200, 500]


def test_faults_meet_every_server(served):
    served.control.clear_faults()
    served.control.add_faults(burst("/rest/api/2/myself", 503, 1), burst("/api/v1/settings", 500, 1), burst("info/refs", 500, 1))
    jira = requests.get(f"{served.jira_url}/rest/api/2/myself", auth=("sync@acme.example", TOKEN), timeout=30)
    growthbook = requests.get(f"{served.growthbook_url}/api/v1/settings", auth=(TOKEN, ""), timeout=30)
    refs = requests.get(f"{served.github_html_url}/acme/harness.git/info/refs", auth=("x", TOKEN), timeout=30)
    assert [jira.status_code, growthbook.status_code, refs.status_code] == [503, 500, 500]


def test_another_world_can_be_shown_while_serving(served, ask, world):
    before = ask("/repos/acme/harness/issues/101").json()
    world.issues[0].title, world.issues[0].updated_at = "Edited since", at(500)
    served.control.show(world)
    after = ask("/repos/acme/harness/issues/101").json()
    assert (before["title"], after["title"], after["updated_at"]) != (after["title"], "Edited since", before["updated_at"])
    assert after["title"] == "Edited since"
    world.issues[0].title = "Bug 1"
    served.control.show(world)


def test_a_fault_of_a_whole_run_can_be_given_at_the_start(world, root):
    faults = Faults([Fault("graphql", status=500, times=None)])
    with serve(world, root, token=TOKEN, faults=faults) as served:
        with (
            Github(base_url=served.github_api_url, auth=Auth.Token(TOKEN), retry=None, seconds_between_writes=0) as client,
            pytest.raises(GithubException),
        ):
            client.requester.graphql_query("{ viewer { login } }", {})
        assert faults.struck == 1


def test_git_works_from_a_process_of_its_own_and_the_process_ends(world, root, tmp_path):
    with serve_apart(world, root, token=TOKEN) as served:
        child = served.control.child
        address = served.github_html_url.replace("//", f"//x:{TOKEN}@")
        git(None, "clone", "--quiet", f"{address}/acme/harness.git", str(tmp_path / "clone"))
        assert child.poll() is None
    assert child.returncode == 0
