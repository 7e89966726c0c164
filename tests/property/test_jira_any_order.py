"""Pages split or whole, in any order, once or twice: the same tables; and no odd value of a field stops a reading."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from connectors.contract import Failed, Finished, Page, ReadContext
from connectors.jira.agile import EPIC_LINK, SPRINT
from connectors.jira.fake import ANA, FakeJira, make_issue, make_project
from connectors.jira.options import JiraOptions
from connectors.jira.resources import CONNECTOR, JiraReader

FIELDS = [
    {"id": "customfield_20", "name": "Sprint", "schema": {"custom": SPRINT}},
    {"id": "customfield_21", "name": "Epic Link", "schema": {"custom": EPIC_LINK}},
]
OPTIONS = JiraOptions(
    url="https://acme.atlassian.net", email="bot@acme.example", token=SecretStr("x"), projects=("ML",), remote_links=True, worklogs=True
)
STATES = ["future", "active", "closed"]


def sprint(number: int, is_text: bool) -> Any:
    """The same sprint in Cloud's or in Server's form."""
    name, state = f"Week {number}, [{STATES[number % 3]}]", STATES[number % 3]
    if is_text:
        return f"com.atlassian.greenhopper.service.sprint.Sprint@1f[id={number},rapidViewId=2,state={state.upper()},name={name},goal=]"
    return {"id": number, "boardId": 2, "state": state, "name": name}


def entry(number: int, kind: str) -> dict[str, Any]:
    created = f"2026-03-02T10:00:{number % 60:02}.000+0000"
    items = [{"field": kind, "fieldtype": "jira", "from": "1", "to": str(number)}, {"field": "labels", "toString": kind}]
    return {"id": str(number), "author": ANA, "created": created, "items": items}


@st.composite
def issues(draw: st.DrawFn) -> list[Any]:
    """Issues of one project, each with some of everything; of one site, so all sprints are of one form."""
    found: list[Any] = []
    is_text = draw(st.booleans())
    for number in range(draw(st.integers(1, 8))):
        sprints = draw(st.none() | st.lists(st.integers(1, 4), max_size=3, unique=True))
        logs = [{"id": f"{number}{log}", "author": ANA, "timeSpentSeconds": 60 * log} for log in range(draw(st.integers(0, 30)))]
        issue = make_issue(
            number,
            f"ML-{number}",
            customfield_20=sprints and [sprint(one, is_text) for one in sprints],
            customfield_21=draw(st.none() | st.just("ML-1")),
            worklog={"worklogs": logs, "total": len(logs)},
        )
        kinds = draw(st.lists(st.sampled_from(["status", "Key", "project", "RemoteIssueLink"]), max_size=5))
        issue["changelog"] = {"histories": [entry(100 * number + place, kind) for place, kind in enumerate(kinds)]}
        found.append(issue)
    return found


def read(stored: list[Any], page_size: int, caps: int, known: set[str]) -> dict[str, dict[Any, Any]]:
    """Tables by key after one reading, on a site that gives so many issues a page and embeds so much of each."""
    site = FakeJira([make_project("ML")], stored, site_fields=FIELDS, page_size=page_size, changelog_cap=caps, comment_cap=caps)
    site.remote = {issue["id"]: [{"id": f"5{issue['id']}", "object": {"url": "https://wiki.acme.example"}}] for issue in stored}
    project = make_project("ML")["id"]

    def loaded(dataset: str, table: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        del dataset, columns
        return [(project, issue_id) for issue_id in known] if table == "issues" else []

    tables: dict[str, dict[Any, Any]] = {}
    for event in JiraReader(OPTIONS, lambda _: site).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC), loaded=loaded)):
        if isinstance(event, Page):
            key = CONNECTOR.table(event.table).key
            tables.setdefault(event.table, {}).update({tuple(row[name] for name in key): row for row in event.records})
    return tables


@given(stored=issues(), seed=st.integers(0, 10_000), page_size=st.integers(1, 9), caps=st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_however_a_site_divides_its_answers_the_tables_are_the_same(stored: list[Any], seed: int, page_size: int, caps: int):
    whole = read(stored, page_size=100, caps=1_000, known=set())
    assert len(whole["issues"]) == len(stored)
    shuffled = random.Random(seed).sample(stored, len(stored))
    assert read(shuffled, page_size, caps, known=set()) == whole
    assert read(stored + shuffled, page_size, caps, known={issue["id"] for issue in stored}) == whole, "an issue that comes twice"


ODD = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 2**70) | st.text(max_size=6) | st.just("x.Sprint@1[id=3,"),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "name", "key", "fields", "object"]), inner, max_size=2)
    ),
    max_leaves=4,
)
ODD_FIELDS = [
    "customfield_20",
    "customfield_21",
    "parent",
    "issuetype",
    "project",
    "status",
    "worklog",
    "comment",
    "issuelinks",
    "assignee",
]


@given(name=st.sampled_from(ODD_FIELDS), value=ODD, link=ODD)
@settings(max_examples=150, deadline=None)
def test_no_value_of_a_field_stops_the_other_issues(name: str, value: Any, link: Any):
    odd = make_issue(7, "ML-7", **{name: value})
    odd["changelog"]["histories"] = [entry(1, "RemoteWorkItemLink")]
    site = FakeJira([make_project("ML")], [odd, make_issue(8, "ML-8")], site_fields=FIELDS, comment_cap=10**6)
    site.remote["7"] = [link]
    events = list(JiraReader(OPTIONS, lambda _: site).read(ReadContext(now=datetime(2026, 11, 21, tzinfo=UTC))))
    assert not [event for event in events if isinstance(event, Failed)]
    assert [event for event in events if isinstance(event, Finished)]
    kept = [row["issue_id"] for event in events if isinstance(event, Page) and event.table == "issues" for row in event.records]
    assert kept == ["7", "8"]
