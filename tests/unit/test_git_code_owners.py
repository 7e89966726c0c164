"""CODEOWNERS: which file is in force, who owns what since when, and which entry wins."""

from pathlib import Path
from typing import Any

import pytest
from pathspec import GitIgnoreSpec

from connectors.contract import Record
from tests.unit.git_repositories import BEN, Repository, at, read


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def owners(rows: list[Record], path: str, moment: Any) -> list[str]:
    """Who owns a path at a moment, as a host would say."""
    standing = [row for row in rows if row["from_at"] <= moment and (row["to_at"] is None or moment < row["to_at"])]
    matching = [row for row in standing if GitIgnoreSpec.from_lines([row["pattern"]]).match_file(path)]
    winner = max(matching, key=lambda row: row["position"], default=None)
    # The owners of one line stand side by side; nobody is an owner too.
    line = [row["owner"] for row in matching if winner and row["pattern"] == winner["pattern"]]
    return sorted(filter(None, line))


def test_last_match_wins_at_every_moment(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Start", {"CODEOWNERS": "* @acme/core\n/evals/ @Ana ben@acme.example\n"}, when=at("2026-01-05"))
    repository.commit(
        "Docs (#7)",
        {"CODEOWNERS": "# ours\n* @acme/core\n*.md @acme/docs\n/evals/ @ana ben@acme.example\n"},
        when=at("2026-02-05"),
        author=BEN,
    )
    repository.commit(
        "Turn round", {"CODEOWNERS": "/evals/ @ana ben@acme.example\n* @acme/core\n*.md @acme/docs\n/evals/gen/\n"}, when=at("2026-03-05")
    )
    rows = read(tmp_path, repository.save()).tables["code_owners"]
    assert owners(rows, "evals/a.md", at("2026-01-06")) == ["@ana", "ben@acme.example"]
    assert owners(rows, "evals/a.md", at("2026-02-06")) == ["@ana", "ben@acme.example"]
    assert owners(rows, "readme.md", at("2026-02-06")) == ["@acme/docs"]
    assert owners(rows, "evals/a.md", at("2026-03-06")) == ["@acme/docs"]
    assert owners(rows, "evals/gen/x.py", at("2026-03-06")) == [], "an entry without owners takes ownership away"
    assert owners(rows, "evals/gen/x.py", at("2026-02-06")) == ["@ana", "ben@acme.example"]
    (docs,) = [row for row in rows if row["pattern"] == "*.md"]
    assert (docs["line"], docs["from_at"], docs["from_author_email"], docs["from_pull_request_number"]) == (
        3,
        at("2026-02-05"),
        "ben@acme.example",
        7,
    )
    (core,) = [row for row in rows if row["owner"] == "@acme/core"]
    assert (core["from_at"], core["to_at"]) == (at("2026-01-05"), None), "a line that only shifts is the same entry"


def test_only_the_first_place_is_in_force(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Old place", {"docs/CODEOWNERS": "* @old\n"}, when=at("2026-01-05"))
    repository.commit("New place", {".github/CODEOWNERS": "* @new\n"}, when=at("2026-02-05"))
    repository.commit("Edit the dead one", {"docs/CODEOWNERS": "* @dead\n"}, when=at("2026-03-05"))
    repository.commit("Back", deletes=[".github/CODEOWNERS"], when=at("2026-04-05"))
    result = read(tmp_path, repository.save())
    found = {(row["path"], row["owner"], row["from_at"], row["to_at"]) for row in result.tables["code_owners"]}
    assert found == {
        ("docs/CODEOWNERS", "@old", at("2026-01-05"), at("2026-02-05")),
        (".github/CODEOWNERS", "@new", at("2026-02-05"), at("2026-04-05")),
        ("docs/CODEOWNERS", "@dead", at("2026-04-05"), None),
    }


def test_sections_default_owners_escapes_and_nonsense(repository: Repository, tmp_path: Path) -> None:
    text = "# @nobody\n[Evals][2] @acme/evals\nevals/\nevals/with\\ space.md @ana # why\n^[Optional]\nsrc/ core-team\n"
    repository.commit("Add", {"CODEOWNERS": text})
    result = read(tmp_path, repository.save())
    assert sorted(result.rows("code_owners", "pattern", "owner", "line")) == [
        ("evals/", "@acme/evals", 3),
        ("evals/with space.md", "@ana", 4),
    ]
    assert ["line 6: 'core-team'" in event.reason for event in result.rejected] == [True]
