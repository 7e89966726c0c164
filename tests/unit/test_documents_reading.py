"""Documents in plain folders: what each says of itself, what it names, and what is set aside; nothing of its text."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.contract import Counted, Event, Failed, Finished, Page, ReadContext, Record, Rejected
from connectors.documents.options import DocumentFolder, DocumentsOptions
from connectors.documents.resources import CONNECTOR
from pipelines import gates

NOW = datetime(2026, 11, 21, tzinfo=UTC)
POSTMORTEM = """---
title: Why search was down
authors: [ana@acme.example, "@ben"]
date: 2026-03-05
---
# Post-mortem 7: Search

A secret thought about INC-7, as [the runbook](../runbooks/search.md) says.
See https://acme.pagerduty.com/incidents/P1.
"""


def read(folder: Path, **options: str) -> list[Event]:
    given = DocumentFolder.model_validate({"name": "post-mortems", "path": str(folder), **options})
    return list(CONNECTOR.open(DocumentsOptions(folders=(given,))).read(ReadContext(now=NOW)))


def rows(events: list[Event], table: str) -> list[Record]:
    return [record for event in events if isinstance(event, Page) and event.table == table for record in event.records]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "2026").mkdir()
    (tmp_path / "2026" / "search is down.md").write_text(POSTMORTEM, encoding="utf-8")
    return tmp_path


def test_a_document_says_what_it_is_who_wrote_it_and_what_it_names(folder: Path):
    events = read(folder, url="https://docs.acme.example/pm/", kind="postmortem")
    [row] = rows(events, "documents")
    assert (row["folder"], row["path"], row["kind"]) == ("post-mortems", "2026/search is down.md", "postmortem")
    assert (row["title"], row["document_key"], row["dated_on"]) == ("Why search was down", None, date(2026, 3, 5))
    assert row["authors"] == ["@ben", "ana@acme.example"]
    assert row["_source_url"] == "https://docs.acme.example/pm/2026/search%20is%20down.md"
    named = {(one["target_kind"], one["target"], one["line"]) for one in rows(events, "document_links")}
    assert named == {("key", "INC-7", 8), ("path", "runbooks/search.md", 8), ("url", "https://acme.pagerduty.com/incidents/P1", 9)}
    [line_sha] = {one["line_sha"] for one in rows(events, "document_links") if one["line"] == 9}
    assert line_sha == hashlib.sha256(b"See https://acme.pagerduty.com/incidents/P1.").hexdigest()


def test_rows_keep_their_contract_and_nothing_of_the_text(folder: Path):
    events = read(folder)
    for table in CONNECTOR.tables:
        checked = gates.check_records(rows(events, table.name), table)
        assert (checked.quarantined, checked.frame.height) == ([], len(rows(events, table.name)))
    assert "secret thought" not in json.dumps([event.records for event in events if isinstance(event, Page)], default=str)
    [counted] = [event for event in events if isinstance(event, Counted)]
    assert (counted.table, counted.count) == ("documents", 1)


def test_what_a_document_says_of_itself_counts_before_the_configuration_and_the_file_is_its_address(folder: Path):
    (folder / "rfcs").mkdir()
    (folder / "rfcs" / "0003-gate.md").write_text("# RFC-3: Gates\n", encoding="utf-8")
    (folder / "README.md").write_text("# How to write one\n", encoding="utf-8")
    (folder / ".drafts").mkdir()
    (folder / ".drafts" / "x.md").write_text("# Draft\n", encoding="utf-8")
    found = {row["path"]: row for row in rows(read(folder, kind="postmortem"), "documents")}
    assert set(found) == {"2026/search is down.md", "rfcs/0003-gate.md"}
    assert (found["rfcs/0003-gate.md"]["kind"], found["rfcs/0003-gate.md"]["document_key"]) == ("rfc", "RFC-3")
    assert found["rfcs/0003-gate.md"]["_source_url"] == f"file://{folder}/rfcs/0003-gate.md"


def test_a_file_that_is_no_text_is_set_aside_and_takes_nothing_away(folder: Path):
    (folder / "old.md").write_bytes(b"\xff\xfe\x00")
    events = read(folder)
    assert [row["path"] for row in rows(events, "documents")] == ["2026/search is down.md"]
    [rejected] = [event for event in events if isinstance(event, Rejected)]
    assert rejected.reason == "old.md: it cannot be read (UnicodeDecodeError); expected Markdown in UTF-8"
    [finished] = [event for event in events if isinstance(event, Finished)]
    assert finished.tables == (), "what it said before may still hold"


def test_front_matter_that_is_no_yaml_is_told_and_the_rest_counts(folder: Path):
    (folder / "odd.md").write_text("---\ntitle: [open\n---\n# Odd\n", encoding="utf-8")
    events = read(folder)
    assert {row["title"] for row in rows(events, "documents")} == {"Why search was down", "Odd"}
    assert any("its front matter is not YAML" in event.reason for event in events if isinstance(event, Rejected))


def test_a_folder_that_is_not_there_fails_alone(folder: Path, tmp_path: Path):
    folders = (DocumentFolder(name="gone", path=str(tmp_path / "nowhere")), DocumentFolder(name="here", path=str(folder)))
    events = list(CONNECTOR.open(DocumentsOptions(folders=folders)).read(ReadContext(now=NOW)))
    assert [event.partition for event in events if isinstance(event, Failed)] == ["documents:gone"]
    assert len(rows(events, "documents")) == 1
    assert [finding.state for finding in CONNECTOR.open(DocumentsOptions(folders=folders)).probe()] == ["fail", "ok"]


def test_two_folders_of_one_name_are_refused(tmp_path: Path):
    with pytest.raises(ValidationError, match="several folders of documents are called a"):
        DocumentsOptions(folders=(DocumentFolder(name="a", path="x"), DocumentFolder(name="a", path="y")))
