"""What takes back what: by words, by branch, by contents; wholly, partly, and brought in again."""

from pathlib import Path

import pytest

from tests.unit.git_repositories import BEN, Repository, at, git, read

LINES = [f"line {number}\n" for number in range(40)]


def text(**changed: str) -> str:
    """Forty lines, some of them changed: `l7="x"`."""
    return "".join(changed.get(f"l{number}", line.strip()) + "\n" for number, line in enumerate(LINES))


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Start", {"a.py": text(), "b.py": text(), "c.bin": b"\0one"}, when=at("2026-01-05"))
    return repository


Row = tuple[str, str, str | None, str, str, str | None, int | None]


def found(repository: Repository, tmp_path: Path) -> list[Row]:
    """Subject of what takes back, how, subject of what is taken back, kind, confidence, extent, restored files; by time."""
    result = read(tmp_path, repository.save())
    assert (result.rejected, result.failed) == ([], {})
    names = {row["sha"]: row["subject"] for row in result.tables["commits"]}
    columns = ("sha", "how", "reverted_sha", "kind", "confidence", "extent", "files_restored")
    return [(names[row[0]], row[1], names.get(row[2]), *row[3:]) for row in result.rows("reverts", *columns)]


def test_an_exact_revert_is_known_by_words_and_by_contents(repository: Repository, tmp_path: Path) -> None:
    bad = repository.commit("Speed up (#4)", {"a.py": text(l3="fast"), "c.bin": b"\0two"})
    message = f'Revert "Speed up (#4)" (#5)\n\nThis reverts commit {repository.save().sha(bad)}.\n\nIt was slower.'
    repository.commit(message, {"a.py": text(), "c.bin": b"\0one"}, author=BEN)
    who = ('Revert "Speed up (#4)" (#5)', "Speed up (#4)", "revert", "confirmed", "whole", 2)
    assert found(repository, tmp_path) == [(who[0], how, *who[1:]) for how in ("commit_text", "inverse_patch", "title")]
    row = read(tmp_path, repository).only("reverts", how="inverse_patch")
    assert (row["author_email"], row["pull_request_number"], row["reverted_pull_request_number"]) == ("ben@acme.example", 5, 4)


def test_a_silent_revert_after_other_changes_of_the_same_file(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Risk", {"a.py": text(l3="risky"), "b.py": text(l20="risky")})
    repository.commit("Else", {"a.py": text(l3="risky", l30="else")})
    repository.commit("Calm down", {"a.py": text(l30="else"), "b.py": text()})
    assert found(repository, tmp_path) == [("Calm down", "inverse_patch", "Risk", "revert", "confirmed", "whole", 2)]
    assert read(tmp_path, repository).only("reverts")["files_changed"] == 2


def test_git_s_own_revert_with_a_conflict_free_neighbourhood(repository: Repository, tmp_path: Path) -> None:
    bad = repository.commit("Risk", {"a.py": text(l3="risky")})
    repository.commit("Else", {"a.py": text(l3="risky", l30="else")})
    sha = repository.save().sha(bad)
    work = tmp_path / "work"
    git(tmp_path, "clone", "-q", str(repository.path), str(work))
    git(work, "-c", "user.name=Ben", "-c", "user.email=ben@acme.example", "revert", "--no-edit", sha)
    git(work, "push", "-q", "origin", "HEAD:main")
    hows = [row[1:6] for row in found(repository, tmp_path)]
    assert hows == [(how, "Risk", "revert", "confirmed", "whole") for how in ("commit_text", "inverse_patch", "title")]


def test_part_of_a_landing_and_more_than_it(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Both", {"a.py": text(l3="new"), "b.py": text(l3="new")})
    repository.commit("One back", {"a.py": text()})
    repository.commit("Rest back, and more", {"b.py": text(), "d.py": "d\n"})
    assert found(repository, tmp_path) == [
        ("One back", "blob_restored", "Both", "revert", "possible", "partial", 1),
        ("Rest back, and more", "blob_restored", "Both", "revert", "possible", "partial", 1),
    ]


def test_back_to_an_older_state_takes_back_all_since(repository: Repository, tmp_path: Path) -> None:
    for word in ("one", "two"):
        repository.commit(word, {"a.py": text(l3=word)})
    repository.commit("As before", {"a.py": text()})
    rows = sorted(found(repository, tmp_path))
    assert rows == [("As before", "blob_restored", word, "revert", "probable", "whole", 1) for word in ("one", "two")]


def test_reverts_of_reverts_bring_in_again(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Risk (#1)", {"a.py": text(l3="risky")})
    repository.commit('Revert "Risk (#1)" (#2)', {"a.py": text()})
    repository.commit('Reapply "Risk (#1)" (#3)', {"a.py": text(l3="risky")})
    repository.commit("Silently off", {"a.py": text()})
    rows = found(repository, tmp_path)
    assert ('Reapply "Risk (#1)" (#3)', "title", 'Revert "Risk (#1)" (#2)', "reapply", "confirmed", "whole", 1) in rows
    assert {row[3] for row in rows if row[0].startswith("Reapply")} == {"reapply"}
    assert {row[3] for row in rows if row[2] == 'Reapply "Risk (#1)" (#3)'} == {"revert"}


def test_merged_branches_of_hosts_and_numbers(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Risk (#12)", {"a.py": text(l3="risky")})
    base = repository.head
    side = repository.commit("Off", {"a.py": text()}, branch="revert-12-risk", parents=[base])
    repository.commit("Merge pull request #15 from acme/revert-12-risk\n\nOff", {"a.py": text()}, parents=[base, side])
    repository.commit("Risk again (#20)", {"b.py": text(l3="risky")})
    repository.commit("Off again\n\nReverts acme/search#20\nReverts other/search#12", {"b.py": text(l4="calm")})
    rows = found(repository, tmp_path)
    merged = "Merge pull request #15 from acme/revert-12-risk"
    assert (merged, "branch_name", "Risk (#12)", "revert", "confirmed", "whole", 1) in rows
    again = [row for row in rows if row[0] == "Off again"]
    assert again == [("Off again", "pull_request_text", "Risk again (#20)", "revert", "probable", "unknown", 0)]


def test_words_about_what_never_landed_or_was_not_touched_are_only_words(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Fix (#3)", {"a.py": text(l3="fixed")})
    repository.commit('Squash (#7)\n\n* Revert "Try"\n\nThis reverts commit 0123456789abcdef.', {"b.py": text(l3="x")})
    repository.commit('Revert "Fix (#2)" (#8)', {"b.py": text(l3="y")})
    repository.commit('Revert "Nothing of that name"', {"b.py": text(l3="z")})
    assert found(repository, tmp_path) == [
        ("Squash (#7)", "commit_text", None, "revert", "unresolved", None, None),
        ('Revert "Fix (#2)" (#8)', "title", "Fix (#3)", "revert", "possible", "unknown", 0),
        ('Revert "Nothing of that name"', "title", None, "revert", "unresolved", None, None),
    ]


def test_files_that_grew_old_are_retired_not_taken_back(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Add", {"d.py": "d\n"}, when=at("2026-02-01"))
    repository.commit("Add and change", {"e.py": "e\n"}, when=at("2026-02-02"))
    repository.commit("Change", {"e.py": "f\n"}, when=at("2026-02-03"))
    repository.commit("Clean", deletes=["e.py"], when=at("2026-02-04"))
    repository.commit("Clean up", deletes=["d.py"], when=at("2026-07-01"))
    assert found(repository, tmp_path) == [("Clean up", "inverse_patch", "Add", "revert", "possible", "whole", 1)]


def test_the_next_reading_says_the_same_and_asks_git_for_no_patch_again(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Risk", {"a.py": text(l3="risky")})
    repository.commit("Else", {"a.py": text(l3="risky", l30="else")})
    repository.commit("Calm down", {"a.py": text(l30="else")})
    first = found(repository, tmp_path)
    (patches,) = (tmp_path / "mirrors").glob("*.patches.json")
    before = patches.read_text()
    repository.commit("More", {"b.py": text(l1="more")})
    assert found(repository, tmp_path) == first
    assert patches.read_text() == before
