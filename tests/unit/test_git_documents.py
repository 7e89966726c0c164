"""RFCs, decisions and post-mortems in repositories: what each says of itself, what it names, since when; nothing of its text."""

from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from connectors.git.documents import links, parse
from tests.unit.git_repositories import BEN, Repository, at, read

RFC = """---
title: One gate for all
authors: [ana@acme.example, "@ben", Chi Ono]
date: 2026-01-04
status: Accepted
---
# RFC-12: Gates

<!-- see INC-1 -->
As [the decision](../adr/0003-gate.md#why) says, after INC-7 and [its review](/docs/postmortems/2026-01.md "review").
Also https://acme.atlassian.net/browse/INC-8, and RFC 0004. A secret thought.

```
docs/rfcs/0001-shell.md INC-9
```
[issue]: https://github.com/acme/search/issues/5
"""


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def document(text: str, path: str = "docs/rfcs/a.md") -> Any:
    return parse(path, text, lambda _: None)["document",]


def test_a_document_and_what_it_names(repository: Repository, tmp_path: Path) -> None:
    repository.commit("RFC (#3)", {"docs/rfcs/0012-gates.md": RFC}, when=at("2026-01-05"), author=BEN)
    repository.commit("Supersede", {"docs/rfcs/0012-gates.md": RFC.replace("Accepted", "Superseded").replace("INC-7 and ", "")})
    result = read(tmp_path, repository.save())
    row = result.only("documents")
    assert (row["kind"], row["title"], row["document_key"], row["status"]) == ("rfc", "One gate for all", "RFC-12", "superseded")
    assert (row["authors"], str(row["dated_on"])) == (["@ben", "Chi Ono", "ana@acme.example"], str(date(2026, 1, 4)))
    assert (row["from_at"], row["from_author_email"], row["from_pull_request_number"], row["is_current"]) == (
        at("2026-01-05"),
        "ben@acme.example",
        3,
        True,
    )
    assert sorted(result.rows("document_links", "target_kind", "target", "line", "is_current")) == [
        ("key", "INC-7", 10, False),
        ("key", "RFC-4", 11, True),
        ("path", "docs/adr/0003-gate.md", 10, True),
        ("path", "docs/postmortems/2026-01.md", 10, True),
        ("url", "https://acme.atlassian.net/browse/INC-8", 11, True),
        ("url", "https://github.com/acme/search/issues/5", 16, True),
    ]
    assert result.only("document_links", target="RFC-4")["line_sha"] == sha256(RFC.splitlines()[10].strip().encode()).hexdigest()
    assert "secret thought" not in str(result.events)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("docs/rfcs/0001-a.md", "rfc"),
        ("docs/adr/0001-a.md", "decision"),
        ("gate.adr.md", "decision"),
        ("incidents/Post-Mortems/2026-01.md", "postmortem"),
        ("notes/lessons.md", "document"),
        ("docs/rfcs/README.md", None),
        ("docs/adr/0000-template.md", None),
        ("docs/guide.md", None),
        ("node_modules/x/adr/1.md", None),
        ("docs/adr/a.html", None),
    ],
)
def test_which_files_are_documents(repository: Repository, tmp_path: Path, path: str, kind: str | None) -> None:
    repository.commit("Add", {path: "# Title\n"})
    found = read(tmp_path, repository.save(), documents=("notes/**",)).rows("documents", "kind")
    assert found == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("heading", "key", "title"),
    [
        ("RFC-0012: Gates", "RFC-12", "Gates"),
        ("ADR 7 - Use one gate", "ADR-7", "Use one gate"),
        ("PM_EU-3. What broke", "PM_EU-3", "What broke"),
        ("7. Use one gate", None, "7. Use one gate"),
        ("Gates", None, "Gates"),
    ],
)
def test_headings_tell_key_and_title(heading: str, key: str | None, title: str) -> None:
    found = document(f"\n# {heading} #\n\n* Status: Accepted\n")
    assert (found.key, found.title, found.status) == (key, title, "accepted")


def test_front_matter_that_is_no_yaml_is_told_and_the_rest_is_read(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"docs/adr/1.md": "---\ntitle: [x\n---\n# ADR-1: Gate\n", "docs/adr/2.md": "# ADR-2: Other\n"})
    result = read(tmp_path, repository.save())
    assert sorted(result.rows("documents", "document_key")) == ["ADR-1", "ADR-2"]
    assert ["docs/adr/1.md" in fault.reason and "front matter" in fault.reason for fault in result.rejected] == [True]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see [x](0002-b.md)", ("path", "docs/rfcs/0002-b.md")),
        ("see docs/adr/0001-a.md.", ("path", "docs/adr/0001-a.md")),
        ("see [x](../../../../etc/passwd)", None),
        ("see [x](#below) and [y](mailto:ana@acme.example)", None),
        ("see [x](a.md)", None),
        ("`INC-0012`, PRE-INC-3 and x/INC-4", ("key", "INC-12")),
        ("https://user:pw@git.acme.example/a", ("url", "https://git.acme.example/a")),
        ("RFC-12 is this one", None),
    ],
)
def test_only_what_is_named_is_a_link(line: str, found: tuple[str, str] | None) -> None:
    named = links("docs/rfcs/a.md", f"# RFC-12: This\n\n{line}\n", lambda _: None)
    assert list(named) == ([found] if found else [])


def test_a_document_that_moves_or_goes_has_ended_there(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"docs/adr/1.md": "# ADR-1: Gate\n"}, when=at("2026-01-05"))
    repository.commit("Move", renames=[("docs/adr/1.md", "docs/adr/0001.md")], when=at("2026-02-05"))
    rows = read(tmp_path, repository.save()).rows("documents", "path", "from_at", "to_at")
    assert sorted(rows) == [("docs/adr/0001.md", at("2026-02-05"), None), ("docs/adr/1.md", at("2026-01-05"), at("2026-02-05"))]
