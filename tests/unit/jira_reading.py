"""Readings of a Jira site in memory, for the tests of what they bring."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from connectors.contract import Event, Finished, Page, ReadContext, Record
from connectors.jira.fake import ANA, FakeJira, make_project
from connectors.jira.options import JiraOptions
from connectors.jira.resources import JiraReader

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ML, INC = make_project("ML"), make_project("INC")
PARTITION = f"jira:{ML['id']}"


def options(**changes: Any) -> JiraOptions:
    return JiraOptions(
        **({"url": "https://acme.atlassian.net/", "email": "bot@acme.example", "token": SecretStr("s3cret"), "projects": ("ML",)} | changes)
    )


def read(site: FakeJira, context: ReadContext | None = None, **changes: Any) -> list[Event]:
    return list(JiraReader(options(**changes), lambda _: site).read(context or ReadContext(now=NOW)))


def rows(events: Iterable[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


def finished(events: Iterable[Event]) -> Finished:
    return next(event for event in events if isinstance(event, Finished))


KNOWN_TABLES = {"issues", "issue_links", "remote_links", "sprints"}


def warehouse(*issue_ids: str, **more: list[tuple[str, ...]]) -> Any:
    """`Loaded` with issues of project ML, and rows of other tables as they are asked for."""

    def loaded(dataset: str, table: str, columns: Sequence[str]) -> list[tuple[str, str]]:
        assert (dataset, table in KNOWN_TABLES) == ("raw_jira", True)
        return [(ML["id"], issue_id) for issue_id in issue_ids] if list(columns) == ["project_id", "issue_id"] else more.get(table, [])

    return loaded


def history(history_id: str, *items: dict[str, Any], author: Any = ANA) -> dict[str, Any]:
    return {"id": history_id, "author": author, "created": "2026-03-02T10:00:00.000+0000", "items": list(items)}


STATUS = {"field": "status", "fieldId": "status", "from": "1", "fromString": "To Do", "to": "3", "toString": "Done"}
