"""The demo's GitHub server keeps GitHub's rules: paging, budgets, conditional requests, refusals. Asked by PyGithub and requests."""

import copy
import dataclasses
import re
from datetime import timedelta

import pytest
import requests
from github import Auth, Github, GithubException, RateLimitExceededException, UnknownObjectException

from pipelines.demo.servers.limits import Limits
from pipelines.demo.servers.serving import Settings, serve
from tests.contract.demo_world import PULLS, RUNS, TOKEN, at, git

HARNESS = "/repos/acme/harness"


@pytest.fixture(scope="module")
def get(served):
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield lambda path, **headers: session.get(served.github_api_url + path, headers=headers, timeout=30)


@pytest.fixture
def hub(served):
    with pygithub(served) as client:
        yield client


def pygithub(served, token=TOKEN, per_page=100):
    return Github(
        base_url=served.github_api_url,
        auth=Auth.Token(token),
        per_page=per_page,
        retry=None,
        seconds_between_requests=0,
        seconds_between_writes=0,
        timeout=30,
    )


def relations(response):
    return {name: url for url, name in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers.get("link", ""))}


def test_pygithub_reads_every_pull_request_page_by_page(served):
    with pygithub(served, per_page=10) as client:
        numbers = [pull.number for pull in client.get_repo("acme/harness").get_pulls(state="all")]
    assert sorted(numbers) == list(range(1, PULLS + 1))


def test_links_lead_through_the_list_by_the_repositorys_number_and_end(get):
    response, pages = get(f"{HARNESS}/pulls?state=all&per_page=10"), 1
    assert relations(response).keys() == {"next", "last"}
    assert relations(response)["last"].endswith("/repositories/501/pulls?state=all&per_page=10&page=4")
    while "next" in relations(response):
        path = relations(response)["next"].partition("/api/v3")[2]
        response, pages = get(path), pages + 1
    assert (pages, relations(response).keys()) == (4, {"prev", "first"})


def test_a_page_holds_thirty_unless_asked_and_never_more_than_a_hundred(get, served, world):
    assert len(get(f"{HARNESS}/pulls?state=all").json()) == 30
    many = copy.copy(world)
    many.issues = [copy.copy(issue) for issue in world.issues * 30]
    for number, issue in enumerate(many.issues):
        issue.number = 1000 + number
    served.control.show(many)
    try:
        assert len(get(f"{HARNESS}/issues?state=all&per_page=500").json()) == 100
    finally:
        served.control.show(world)


def test_a_repeated_question_costs_nothing_until_the_answer_changes(get, served, world):
    first = get(f"{HARNESS}/issues")
    used = int(first.headers["x-ratelimit-used"])
    again = get(f"{HARNESS}/issues", **{"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert int(again.headers["x-ratelimit-used"]) == used
    world.issues[1].title += "!"
    served.control.show(world)
    changed = get(f"{HARNESS}/issues", **{"If-None-Match": first.headers["etag"]})
    assert (changed.status_code, int(changed.headers["x-ratelimit-used"])) == (200, used + 1)


def test_a_spent_budget_refuses_until_it_is_renewed_and_says_when(world, root):
    settings = Settings(more_tokens=("second",), limits=Limits(core=3))
    with serve(world, root, token=TOKEN, settings=settings) as served, pygithub(served) as client:
        repository = client.get_repo("acme/harness")
        for _ in range(2):
            assert repository.get_issue(101).number == 101
        with pytest.raises(RateLimitExceededException) as refused:
            client.get_repo("acme/harness")
        headers = refused.value.headers
        assert (refused.value.status, headers["x-ratelimit-remaining"], headers["x-ratelimit-limit"]) == (403, "0", "3")
        assert int(headers["x-ratelimit-reset"]) > 0
        assert client.get_rate_limit().rate.remaining == 0
        with pygithub(served, "second") as other:
            assert other.get_repo("acme/harness").id == 501
        assert served.request_log["github"].total("limited") == 1


def test_asking_too_fast_is_refused_with_the_seconds_to_wait(world, root):
    with serve(world, root, token=TOKEN, settings=Settings(limits=Limits(points_per_minute=2))) as served:
        answers = [requests.get(f"{served.github_api_url}/user", auth=("x-access-token", TOKEN), timeout=30) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert "secondary rate limit" in answers[2].json()["message"]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic !!"}])
def test_nothing_is_told_without_the_right_token(served, headers):
    response = requests.get(f"{served.github_api_url}{HARNESS}", headers=headers, timeout=30)
    assert response.status_code == 401
    assert response.json()["message"] in {"Bad credentials", "Requires authentication"}
    assert "harness" not in response.text.lower().replace("docs", "")


def test_a_vanished_repository_is_listed_and_then_gone(hub):
    assert "vanished" in [repository.name for repository in hub.get_organization("acme").get_repos()]
    with pytest.raises(UnknownObjectException):
        hub.get_repo("acme/vanished")


def test_an_empty_repository_says_so(hub):
    with pytest.raises(GithubException) as refused:
        list(hub.get_repo("acme/empty").get_commits())
    assert (refused.value.status, refused.value.data["message"]) == (409, "Git Repository is empty.")


def test_commits_are_the_real_ones_with_their_trees(hub, world):
    newest = hub.get_repo("acme/harness").get_commits()[0]
    assert newest.sha == world.sha("harness:2")
    assert len(newest.commit.tree.sha) == 40
    assert newest.author.login == "ben"


def test_an_issue_that_is_gone_says_so_or_leads_to_where_it_is(get, served, world):
    gone = copy.copy(world)
    gone.issues = [issue for issue in world.issues if issue.number not in (101, 102, 103)]
    gone.gone_issues = {"acme/harness#101": "", "acme/harness#102": "acme/harness#104"}
    served.control.show(gone)
    try:
        answers = [get(f"{HARNESS}/issues/{number}") for number in (101, 102, 103)]
    finally:
        served.control.show(world)
    assert [answer.status_code for answer in answers] == [410, 200, 404]
    assert answers[0].json()["message"] == "This issue was deleted"
    assert ([step.status_code for step in answers[1].history], answers[1].json()["number"]) == ([301], 104)


def test_a_former_name_leads_to_the_repository_until_another_has_it(get, served, world):
    renamed = copy.copy(world)
    first, *others = world.repositories.values()
    kept = dataclasses.replace(first, former_names=("acme/old", "acme/starter"))
    renamed.repositories = {each.full_name: each for each in (kept, *others)}
    served.control.show(renamed)
    try:
        old, taken = get("/repos/acme/old/issues?state=all"), get("/repos/acme/starter")
    finally:
        served.control.show(world)
    assert ([step.status_code for step in old.history], old.json()[0]["repository_url"].rpartition("/repos/")[2]) == ([301], "acme/harness")
    assert (taken.history, taken.json()["id"]) == ([], 504)


def test_issues_come_mixed_with_pull_requests_and_by_state_and_time(get):
    everything = get(f"{HARNESS}/issues?state=all&per_page=100").json()
    assert len(everything) == PULLS + 5
    assert sum("pull_request" in item for item in everything) == PULLS
    assert all(item["state"] == "open" for item in get(f"{HARNESS}/issues?per_page=100").json())
    since = (at(203)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert {item["number"] for item in get(f"{HARNESS}/issues?state=all&since={since}").json()} == {103, 104, 105}


def test_pull_requests_sorted_by_update_come_newest_first_when_asked(get):
    found = [pull["updated_at"] for pull in get(f"{HARNESS}/pulls?state=all&sort=updated&direction=desc&per_page=100").json()]
    assert found == sorted(found, reverse=True)


def test_a_merged_pull_request_tells_its_size_and_who_merged_it(hub):
    pull = hub.get_repo("acme/harness").get_pull(1)
    assert (pull.merged, pull.merged_by.login, pull.changed_files, pull.additions) == (True, "ana", 2, 2)
    assert [review.state for review in pull.get_reviews()] == ["CHANGES_REQUESTED", "APPROVED"]
    assert [file.filename for file in pull.get_files()] == ["gate.py", "module_1.py"]
    assert [commit.commit.author.email for commit in pull.get_commits()] == ["ben@acme.example"] * 2


def test_file_shas_are_gits(get, world, root):
    [entry] = [file for file in get(f"{HARNESS}/pulls/1/files").json() if file["filename"] == "module_1.py"]
    listed = git(root / "acme/harness.git", "ls-tree", world.sha("harness:p1"), "module_1.py")
    assert entry["sha"] in listed


def test_a_renamed_file_names_what_it_was_called(hub):
    [renamed, _] = hub.get_repo("acme/harness").get_pull(2).get_files()
    assert (renamed.filename, renamed.status, renamed.previous_filename) == ("GUIDE.md", "renamed", "README.md")


@pytest.mark.parametrize(
    ("created", "runs"),
    [
        ("2026-01-07", {2}),
        ("2026-01-07..2026-01-09", {2, 3, 4}),
        (">=2026-01-27", {22, 23}),
        (">2026-01-27", {23}),
        ("<2026-01-07", {1}),
        ("*..2026-01-07", {1, 2}),
        ("2026-01-07T09:00:00Z..2026-01-08T08:59:59Z", {2}),
    ],
)
def test_runs_are_found_by_the_day_they_were_created(get, created, runs):
    found = get(f"{HARNESS}/actions/runs?per_page=100&created={created.replace('+', '%2B')}").json()
    assert {run["run_number"] for run in found["workflow_runs"]} == runs
    assert found["total_count"] == len(runs)


def test_runs_are_found_by_event_head_and_conclusion(get, world):
    assert get(f"{HARNESS}/actions/runs?head_sha={world.sha('harness:p1')}").json()["total_count"] == 3
    assert get(f"{HARNESS}/actions/runs?event=push").json()["total_count"] == 0
    assert get(f"{HARNESS}/actions/runs?status=success&branch=topic-1&actor=ben").json()["total_count"] == RUNS
    assert get(f"{HARNESS}/actions/runs?status=failure").json()["total_count"] == 0
    assert get(f"{HARNESS}/actions/runs?created=nonsense").status_code == 422


def test_filtered_runs_end_after_a_thousand_and_unfiltered_ones_do_not(get, served, world):
    many = copy.copy(world)
    template = world.runs[0]
    many.runs = []
    for number in range(1_050):
        run = copy.copy(template)
        run.run_id, run.run_number, run.created_at = 17_000_000_000 + number, number, at(0) + timedelta(minutes=number)
        run.attempts = [copy.copy(template.attempts[0])]
        run.attempts[0].jobs = []
        many.runs.append(run)
    served.control.show(many)
    try:
        last = get(f"{HARNESS}/actions/runs?per_page=100&page=10&created=>=2026-01-01")
        assert "next" not in relations(last)
        assert last.json()["total_count"] == 1_050
        assert get(f"{HARNESS}/actions/runs?per_page=100&page=11&created=>=2026-01-01").json()["workflow_runs"] == []
        assert len(get(f"{HARNESS}/actions/runs?per_page=100&page=11").json()["workflow_runs"]) == 50
    finally:
        served.control.show(world)


def test_a_listing_shows_the_latest_attempt_and_earlier_ones_can_be_asked(get):
    run = next(run for run in get(f"{HARNESS}/actions/runs?per_page=100").json()["workflow_runs"] if run["run_number"] == 3)
    assert (run["run_attempt"], run["conclusion"], run["triggering_actor"]["login"]) == (3, "success", "ana")
    path = f"{HARNESS}/actions/runs/{run['id']}"
    first = get(f"{path}/attempts/1").json()
    assert (first["conclusion"], first["triggering_actor"]["login"], first["previous_attempt_url"]) == ("failure", "ben", None)
    assert run["previous_attempt_url"].endswith("/attempts/2")
    assert get(f"{path}/attempts/4").status_code == 404
    assert get(f"{path}/jobs").json()["total_count"] == 1
    assert [job["run_attempt"] for job in get(f"{path}/jobs?filter=all").json()["jobs"]] == [1, 2, 3]
    assert get(f"{path}/attempts/2/jobs").json()["jobs"][0]["steps"][1]["conclusion"] == "failure"


def test_a_run_says_which_reusable_workflow_it_executed_at_which_commit(get, world):
    run = get(f"{HARNESS}/actions/runs/16000000001").json()
    [used] = run["referenced_workflows"]
    assert used == {
        "path": "acme/harness/.github/workflows/gate.yml@refs/heads/main",
        "sha": world.sha("harness:1"),
        "ref": "refs/heads/main",
    }


def test_check_runs_of_all_attempts_are_shown_only_when_asked(get, world):
    path = f"{HARNESS}/commits/{world.sha('harness:p1')}/check-runs"
    latest = get(path).json()["check_runs"]
    assert all(check["conclusion"] == "success" for check in latest)
    everything = get(f"{path}?filter=all").json()["check_runs"]
    assert len(everything) == 7
    assert {check["app"]["slug"] for check in everything} == {"github-actions", "deepsource"}
    assert get(f"{path}?check_name=deepsource&filter=all").json()["total_count"] == 2


def test_required_checks_come_by_ruleset_and_by_classic_protection(get):
    rules = get(f"{HARNESS}/rules/branches/main").json()
    checks = [rule for rule in rules if rule["type"] == "required_status_checks"]
    assert {rule["ruleset_id"]: len(rule["parameters"]["required_status_checks"]) for rule in checks} == {71: 2, 72: 1}
    assert [rule["ruleset_id"] for rule in rules if rule["type"] == "workflows"] == [71]
    classic = get(f"{HARNESS}/branches/main/protection/required_status_checks").json()
    assert classic["checks"] == [{"context": "legacy", "app_id": 9}]
    assert get(f"{HARNESS}/rules/branches/other").json() == []
    refused = get("/repos/acme/starter/branches/main/protection/required_status_checks")
    assert (refused.status_code, refused.json()["message"]) == (404, "Branch not protected")


def test_a_fork_names_its_source_and_a_generated_repository_its_template(hub):
    assert hub.get_repo("acme/harness-fork").source.full_name == "acme/harness"
    assert hub.get_repo("acme/harness").forks_count == 1
    assert hub.get_repo("acme/from-template").raw_data["template_repository"]["full_name"] == "acme/starter"


def test_payloads_name_the_host_that_the_client_used(served):
    port = served.github_html_url.rpartition(":")[2]
    response = requests.get(f"http://127.0.0.1:{port}/api/v3{HARNESS}", auth=("x", TOKEN), timeout=30)
    assert response.json()["clone_url"] == f"http://127.0.0.1:{port}/acme/harness.git"


def test_addresses_for_people_lead_to_pages(get):
    titles = {"/pulls/1": "Change 1", "/issues/101": "Bug 1", "/actions/runs/16000000003": "attempt 3: success", "": "Eval harness"}
    for path, part in {**titles, "/commits/main": "Change harness:2"}.items():
        page = requests.get(get(HARNESS + path).json()["html_url"], timeout=30)
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert part in page.text


@pytest.mark.parametrize(
    ("path", "part"),
    [
        ("blob/{sha}/gate.py#L1", '<span id="L1">    1  print(&#x27;gate&#x27;)</span>'),
        ("blame/{sha}/gate.py", "gate"),
        ("pull/1/files", "module_1.py, gate.py"),
        ("runs/880", "deepsource"),
        ("actions/runs/16000000003/attempts/1", "attempt 1: failure"),
        ("rules/71", "gate (ruleset 71)"),
        ("settings/branches", "legacy (classic"),
    ],
)
def test_evidence_links_lead_to_what_they_name(served, world, path, part):
    address = f"{served.github_html_url}/acme/harness/{path.replace('{sha}', world.sha('harness:2'))}"
    page = requests.get(address, timeout=30)
    assert (page.status_code, part in page.text) == (200, True), page.text


@pytest.mark.parametrize("path", ["acme/harness/blob/main/gate.py", "acme/harness/commit/abc", "acme/harness/pull/999", "acme/vanished"])
def test_links_to_what_is_not_there_say_so(served, path):
    assert requests.get(f"{served.github_html_url}/{path}", timeout=30).status_code == 404


def test_requests_are_counted_by_endpoint(world, root):
    with serve(world, root, token=TOKEN) as served:
        headers = {"Authorization": f"token {TOKEN}"}
        for number in (1, 2, 999):
            requests.get(f"{served.github_api_url}{HARNESS}/pulls/{number}", headers=headers, timeout=30)
        log = served.request_log["github"]
        assert log.counts() == {"GET /repos/{owner}/{repo}/pulls/{id}": {"made": 3, "answered": 2, "refused": 1}}
        served.control.clear_logs()
        assert log.total() == 0


def test_the_history_of_a_ruleset_names_the_day_on_which_it_changed(get):
    newest, first = get(f"{HARNESS}/rulesets/71/history").json()
    assert (newest["version_id"], newest["actor"]["id"], first["version_id"]) == (712, 2002, 711)
    state = get(f"{HARNESS}/rulesets/71/history/711").json()["state"]
    (rule,) = state["rules"]
    assert [check["context"] for check in rule["parameters"]["required_status_checks"]] == ["gate"]
    assert get(f"{HARNESS}/rulesets/71/history/1").json()["message"] == "Ruleset version not found"


def test_bypasses_are_listed_without_and_shown_with_what_came_of_each_rule(get):
    (listed,) = get(f"{HARNESS}/rulesets/rule-suites?rule_suite_result=bypass").json()
    assert (listed["id"], listed["actor_name"], "rule_evaluations" in listed) == (7501, "ana", False)
    whole = get(f"{HARNESS}/rulesets/rule-suites/7501").json()
    assert [one["result"] for one in whole["rule_evaluations"]] == ["fail", "pass"]


def test_what_the_credential_may_not_read_is_hidden_and_the_right_is_named(get, world):
    world.refused["acme/harness"] = frozenset({"administration"})
    try:
        for path in ("branches/main/protection", "rulesets/rule-suites", "rulesets/71/history"):
            response = get(f"{HARNESS}/{path}")
            assert (response.status_code, response.json()["message"]) == (404, "Not Found")
            assert response.headers["x-accepted-github-permissions"].startswith("administration=")
    finally:
        world.refused.clear()


def test_packages_that_came_and_went_between_two_commits(get, world):
    changes = get(f"{HARNESS}/dependency-graph/compare/{world.sha('harness:1')}...{world.sha('harness:2')}").json()
    assert sorted((one["change_type"], one["name"], one["version"]) for one in changes) == [
        ("added", "acme-evals", "1.5.0"),
        ("removed", "acme-evals", "1.4.0"),
        ("removed", "numpy", "2.1.0"),
    ]
