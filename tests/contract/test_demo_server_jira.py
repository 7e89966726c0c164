"""The demo's Jira: Cloud with token paging and cut changelogs, Server with numbered pages, JQL in the user's time zone."""

import pytest
import requests
from jira import JIRA, JIRAError
from pydantic import SecretStr

from connectors.contract import Page, ReadContext
from connectors.jira.agile import agile_fields, sprints_of
from connectors.jira.options import IncidentOptions, JiraOptions
from connectors.jira.resources import CONNECTOR
from pipelines.demo.servers.jira_payloads import JiraSite
from pipelines.demo.servers.serving import Settings, serve
from tests.contract.demo_world import TOKEN, at

EMAIL = "sync@acme.example"


@pytest.fixture(scope="module")
def cloud(served):
    return served.jira_url


@pytest.fixture(scope="module")
def server(world, root):
    settings = Settings(jira=JiraSite("Server", time_zone="America/New_York"))
    with serve(world, root, token=TOKEN, settings=settings) as endpoints:
        yield endpoints.jira_url


def ask(url, path, method="GET", auth=(EMAIL, TOKEN), **body):
    return requests.request(method, f"{url}/rest/api/{path}", auth=auth, json=body or None, timeout=30)


def every_page(client, jql, **options):
    token, issues = None, []
    while True:
        page = client.enhanced_search_issues(jql, nextPageToken=token, maxResults=100, json_result=True, **options)
        issues += page["issues"]
        token = page.get("nextPageToken")
        if not token:
            return issues, page


def test_the_cloud_is_paged_by_tokens_to_the_end(cloud):
    client = JIRA(cloud, basic_auth=(EMAIL, TOKEN), timeout=30, max_retries=0)
    issues, last = every_page(client, "project = 10001 ORDER BY key ASC", fields=["*all"], expand="changelog")
    assert [issue["key"] for issue in issues] == [f"INC-{number}" for number in range(1, 131)]
    assert last["isLast"] is True
    assert "total" not in last


def test_an_issue_of_the_cloud_has_its_fields_in_the_users_zone(cloud):
    [issue] = ask(cloud, "2/search/jql?jql=key = INC-7&fields=*all&expand=changelog").json()["issues"]
    fields = issue["fields"]
    assert fields["created"] == "2026-01-05T17:00:00.000+0100"
    assert fields["customfield_10050"]["value"] == "Sev 1"
    assert fields["reporter"] == fields["creator"] != fields["assignee"]
    assert "emailAddress" not in fields["assignee"]
    [link] = fields["issuelinks"]
    assert (link["type"]["inward"], link["inwardIssue"]["key"]) == ("is caused by", "ML-1")
    assert fields["description"] == "It stopped.\nThen it started."
    newer = ask(cloud, "3/issue/INC-7").json()["fields"]["description"]
    assert newer["type"] == "doc"


def test_long_changelogs_and_comments_are_cut_in_searches_and_whole_elsewhere(cloud):
    [issue] = ask(cloud, "2/search/jql?jql=key=INC-7&fields=comment&expand=changelog").json()["issues"]
    changelog, comment = issue["changelog"], issue["fields"]["comment"]
    assert (len(changelog["histories"]), changelog["total"]) == (40, 55)
    assert changelog["histories"][0]["items"][0]["toString"] == "State 54"
    assert (len(comment["comments"]), comment["total"]) == (20, 25)
    first = ask(cloud, "2/issue/20007/changelog?startAt=0&maxResults=50").json()
    second = ask(cloud, "2/issue/20007/changelog?startAt=50&maxResults=50").json()
    assert [history["id"] for history in first["values"] + second["values"]] == [str(31_000 + place) for place in range(55)]
    assert (first["isLast"], second["isLast"]) == (False, True)
    assert ask(cloud, "2/issue/20007/comment?startAt=20").json()["comments"][0]["body"] == "Note 20"


def test_without_fields_the_cloud_gives_ids_and_a_broken_issue_gives_none_anyway(cloud):
    [issue] = ask(cloud, "3/search/jql?jql=key=INC-1").json()["issues"]
    assert issue == {"id": "20001"}
    [broken] = ask(cloud, "3/search/jql?jql=key=INC-5&fields=*all").json()["issues"]
    assert "fields" not in broken


def test_pages_hold_at_most_a_hundred_and_tokens_fit_their_query_only(cloud):
    page = ask(cloud, "3/search/jql", "POST", jql="project = INC", maxResults=5000, fields=["summary"]).json()
    assert len(page["issues"]) == 100
    other = ask(cloud, "3/search/jql", "POST", jql="project = ML", nextPageToken=page["nextPageToken"])
    assert (other.status_code, "next page token" in other.text) == (400, True)
    assert ask(cloud, "3/search/jql?jql=project=INC&nextPageToken=nonsense").status_code == 400


def test_the_old_search_is_gone_from_the_cloud(cloud):
    gone = ask(cloud, "2/search?jql=project=INC")
    assert (gone.status_code, "migrate" in gone.json()["errorMessages"][0]) == (410, True)


def test_unbounded_and_broken_queries_are_refused(cloud):
    assert "Unbounded" in ask(cloud, "3/search/jql?jql=ORDER BY key").text
    for jql in ("project = NOPE", "shoe = 41", "project =", 'updated >= "soon"', "project = INC ORDER"):
        refused = ask(cloud, f"3/search/jql?jql={jql}")
        assert refused.status_code == 400, jql
        assert refused.json()["errorMessages"]


def test_counting_is_by_query(cloud):
    client = JIRA(cloud, basic_auth=(EMAIL, TOKEN), timeout=30, max_retries=0)
    assert client.approximate_issue_count("project = 10001") == 130


def test_who_asks_is_checked_everywhere_but_at_the_door(cloud):
    assert requests.get(f"{cloud}/rest/api/2/serverInfo", timeout=30).json()["deploymentType"] == "Cloud"
    for auth in (None, (EMAIL, "wrong"), ("other@acme.example", TOKEN)):
        assert ask(cloud, "2/myself", auth=auth).status_code == 401
    with pytest.raises(JIRAError) as refused:
        JIRA(cloud, basic_auth=(EMAIL, "wrong"), timeout=30, max_retries=0)
    assert refused.value.status_code == 401
    assert ask(cloud, "2/myself").json()["timeZone"] == "Europe/Berlin"


def test_times_in_queries_mean_the_users_zone_and_numbers_mean_utc(cloud, server):
    """INC-2 was last updated at 11:30 UTC: 12:30 in Berlin, 06:30 in New York."""
    moment = int(at(2.5).timestamp() * 1000)
    for url, path in ((cloud, "2/search/jql"), (server, "2/search")):
        found = ask(url, f"{path}?jql=project=INC AND updated <= {moment} ORDER BY key&fields=summary").json()["issues"]
        assert [issue["key"] for issue in found] == ["INC-1", "INC-2"]
    berlin = ask(cloud, '2/search/jql?jql=project=INC AND updated <= "2026-01-05 12:30" ORDER BY key&fields=summary').json()["issues"]
    york = ask(server, '2/search?jql=project=INC AND updated <= "2026/01/05 06:30" ORDER BY key&fields=summary').json()["issues"]
    assert [issue["key"] for issue in berlin] == [issue["key"] for issue in york] == ["INC-1", "INC-2"]


def test_fields_are_listed_with_the_names_that_queries_know_them_by(cloud):
    fields = {field["id"]: field for field in ask(cloud, "2/field").json()}
    assert fields["customfield_10050"]["name"] == "Severity"
    assert fields["customfield_10050"]["clauseNames"] == ["cf[10050]", "Severity"]
    assert fields["updated"]["custom"] is False


def test_sprints_are_objects_on_the_cloud_and_texts_on_a_server_under_a_field_known_by_its_type(cloud, server):
    for url, search, form in ((cloud, "2/search/jql", dict), (server, "2/search", str)):
        fields = agile_fields(ask(url, "2/field").json())
        assert fields.sprint == (("customfield_10020", "sprint"),)
        [issue] = ask(url, f"{search}?jql=key = INC-8&fields=*all&expand=changelog").json()["issues"]
        assert {type(value) for value in issue["fields"]["customfield_10020"]} == {form}
        done, open_ = sprints_of(issue["fields"], fields)
        assert (done.sprint_id, done.value["name"], done.value["state"].lower()) == ("3", "Week 3, second half", "closed")
        assert (open_.sprint_id, open_.value["state"].lower(), "completeDate" in open_.value) == ("4", "active", False)
        assert done.value["completeDate"] == "2026-01-12T16:00:00.000Z"
        assert str(done.value["boardId"]) == "7"
        assert ask(url, f"{search}?jql=key = INC-7&fields=*all").json()["issues"][0]["fields"]["customfield_10020"] is None
        alone = requests.get(f"{url}/rest/agile/1.0/sprint/4", auth=(EMAIL, TOKEN), timeout=30).json()
        assert (alone["id"], alone["state"], alone["originBoardId"]) == (4, "active", 7)
        assert requests.get(f"{url}/rest/agile/1.0/sprint/5", auth=(EMAIL, TOKEN), timeout=30).status_code == 404


def test_a_status_is_the_same_in_the_list_and_on_an_issue(cloud):
    listed = ask(cloud, "2/status").json()
    assert [(status["id"], status["name"], status["statusCategory"]["key"]) for status in listed] == [
        ("1", "Open", "new"),
        ("5", "Done", "done"),
    ]
    assert ask(cloud, "2/issue/INC-3").json()["fields"]["status"] == listed[1]


def test_a_server_is_paged_by_number_with_whole_changelogs_and_user_names(server):
    client = JIRA(server, token_auth=TOKEN, timeout=30, max_retries=0)
    assert client.deploymentType == "Server"
    page = client.search_issues(
        "project = INC ORDER BY key", startAt=100, maxResults=100, json_result=True, expand="changelog", fields="*all"
    )
    assert (page["total"], page["issues"][0]["key"], len(page["issues"])) == (130, "INC-101", 30)
    issue = ask(server, "2/issue/20007?expand=changelog").json()
    assert len(issue["changelog"]["histories"]) == issue["changelog"]["total"] == 55
    assert issue["changelog"]["histories"][0]["items"][0]["toString"] == "State 0"
    assert {"name", "key"} <= issue["fields"]["reporter"].keys()
    assert "accountId" not in issue["fields"]["reporter"]
    for path in ("2/search/jql?jql=project=INC", "3/search?jql=project=INC", "2/issue/20007/changelog"):
        assert ask(server, path).status_code == 404


def test_projects_and_issues_are_found_by_key_and_number(cloud):
    assert ask(cloud, "2/project/INC").json()["id"] == ask(cloud, "2/project/10001").json()["id"] == "10001"
    assert ask(cloud, "2/project/NOPE").status_code == 404
    assert ask(cloud, "2/issue/NOPE-1").status_code == 404
    page = requests.get(f"{cloud}/browse/INC-7", timeout=30)
    assert "Trouble 7" in page.text


def test_the_connector_finds_the_epic_of_an_issue_and_the_pages_that_it_links_to(cloud):
    incidents = IncidentOptions(projects=("INC",), issue_types=("Incident",))
    options = JiraOptions(url=cloud, email=EMAIL, token=SecretStr(TOKEN), projects=("INC",), incidents=incidents, remote_links=True)
    found = [event for event in CONNECTOR.open(options).read(ReadContext(now=at(0))) if isinstance(event, Page)]
    issues = {row["issue_key"]: row for page in found if page.table == "issues" for row in page.records}
    assert (issues["INC-7"]["epic_key"], issues["INC-7"]["is_epic"], issues["INC-8"]["epic_key"]) == ("ML-1", False, None)
    (link,) = [row for page in found if page.table == "remote_links" for row in page.records]
    assert (link["issue_id"], link["url"], link["relationship"]) == ("20007", "https://wiki.acme.example/7", "post-mortem")
