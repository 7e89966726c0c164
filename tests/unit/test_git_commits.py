"""Commits: who, when, what changed, and when it landed on the default branch."""

from pathlib import Path

import pytest

from connectors.contract import Page
from tests.unit.git_repositories import BEN, Repository, at, git, read


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "acme" / "search.git")


def test_commit_carries_author_committer_and_three_dates(repository: Repository, tmp_path: Path) -> None:
    repository.commit(
        "Start", {"a.py": "1\n"}, author="Ana <Ana@Acme.Example>", committer=BEN, when=at("2026-03-02"), authored=at("2026-02-20")
    )
    commit = read(tmp_path, repository.save()).only("commits")
    assert (commit["author_name"], commit["author_email"], commit["committer_email"]) == ("Ana", "ana@acme.example", "ben@acme.example")
    assert (commit["authored_at"], commit["committed_at"], commit["landed_at"]) == (at("2026-02-20"), at("2026-03-02"), at("2026-03-02"))
    assert commit["_raw"]["author"] == "Ana <Ana@Acme.Example>"
    assert commit["_raw"]["authored"] == "2026-02-20T14:00:00+02:00", "the zone in which it was written is kept"


def test_co_authors_come_from_trailers_only(repository: Repository, tmp_path: Path) -> None:
    message = "Add gate\n\nCo-authored-by: Nobody <nobody@acme.example> wrote this sentence.\n\nSee above.\n\n"
    message += "Signed-off-by: Ana <ana@acme.example>\nCo-Authored-By: Ben Roy <Ben@acme.example>\n"
    message += "co-authored-by: Claude <noreply@anthropic.com>\n"
    repository.commit(message)
    commit = read(tmp_path, repository.save()).only("commits")
    assert commit["co_authors"] == [
        {"name": "Ben Roy", "email": "ben@acme.example"},
        {"name": "Claude", "email": "noreply@anthropic.com"},
    ]


def test_side_commits_land_with_the_merge_that_brought_them(repository: Repository, tmp_path: Path) -> None:
    first = repository.commit("Start", {"a": "1\n"}, when=at("2026-01-05"))
    side = repository.commit("Side work", {"b": "1\n"}, author=BEN, when=at("2026-01-06"), branch="feature")
    repository.commit("Main work (#4)", {"c": "1\n"}, when=at("2026-01-07"), parents=[first])
    merge = repository.commit("Merge pull request #5 from acme/feature", when=at("2026-01-20"), parents=[repository.head, side])
    result = read(tmp_path, repository.save())
    commit = result.only("commits", sha=repository.sha(side))
    assert (commit["landed_sha"], commit["landed_at"]) == (repository.sha(merge), at("2026-01-20"))
    assert (commit["on_first_parent"], commit["pull_request_number"]) == (False, 5)
    merged = result.only("commits", sha=repository.sha(merge))
    assert (merged["is_merge"], merged["files_changed"], merged["insertions"]) == (True, None, None)
    assert result.only("commits", subject="Main work (#4)")["pull_request_number"] == 4


def test_commit_in_two_branches_lands_with_the_earlier_merge(repository: Repository, tmp_path: Path) -> None:
    start = repository.commit("Start", {"a": "1\n"})
    shared = repository.commit("Shared", {"b": "1\n"}, branch="one")
    late = repository.commit("Late", {"c": "1\n"}, parents=[shared], branch="two")
    early_merge = repository.commit("Merge pull request #1 from acme/one", parents=[start, shared])
    repository.commit("Merge pull request #2 from acme/two", parents=[early_merge, late])
    result = read(tmp_path, repository.save())
    assert result.only("commits", subject="Shared")["pull_request_number"] == 1
    assert result.only("commits", subject="Late")["pull_request_number"] == 2


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("Fix router (#12)", 12),
        ('Revert "Fix router (#12)"', None),
        ('Revert "Fix router (#12)" (#15)', 15),
        ("Merge pull request #7 from acme/x", 7),
        ("Close #9", None),
        ("Talk about (#3) here", None),
    ],
)
def test_pull_request_number_is_the_commits_own(repository: Repository, tmp_path: Path, subject: str, number: int | None) -> None:
    repository.commit(subject)
    assert read(tmp_path, repository.save()).only("commits")["pull_request_number"] == number


def test_revert_names_the_reverted_commit(repository: Repository, tmp_path: Path) -> None:
    repository.commit('Revert "Tune"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.\n\nIt was worse.')
    repository.commit("Explain\n\nSomebody said: This reverts commit abcdef12")
    result = read(tmp_path, repository.save())
    assert result.only("commits", subject='Revert "Tune"')["reverts_sha"] == "0123456789abcdef0123456789abcdef01234567"
    assert result.only("commits", subject="Explain")["reverts_sha"] is None, "a quotation in a sentence reverts nothing"


def test_files_with_odd_names_renames_and_binaries(repository: Repository, tmp_path: Path) -> None:
    text = "".join(f"line {number}\n" for number in range(20))
    names: dict[str | bytes, str | bytes] = {
        "tab\there\nand line": "x\n",
        b"caf\xe9.txt": "y\n",
        ":100644 100644 A": "z\n",
        '"quoted".md': "q\n",
        "\x01mark": "m\n",
    }
    repository.commit("Odd", {**names, "old name.py": text, "data.bin": b"\0\1\2"})
    repository.commit("Move", {"new name.py": text + "more\n", "data.bin": b"\0\1\3"}, deletes=["old name.py"])
    result = read(tmp_path, repository.save())
    odd = result.rows("commit_files", "path", sha=repository.sha(":1"))
    assert set(odd) == {"tab\there\nand line", "caf\\xe9.txt", ":100644 100644 A", '"quoted".md', "\x01mark", "old name.py", "data.bin"}
    moved = result.rows("commit_files", "path", "old_path", "change_type", "insertions", "deletions", "is_binary", sha=repository.sha(":2"))
    assert sorted(moved) == [("data.bin", None, "M", None, None, True), ("new name.py", "old name.py", "R", 1, 0, False)]
    assert result.only("commits", sha=repository.sha(":2"))["insertions"] == 1


def test_messages_that_are_no_utf8_are_read(repository: Repository, tmp_path: Path) -> None:
    repository.commit(b"Gr\xfc\xdfe (#3)", author="Jos\u00e9 <jose@acme.example>")
    commit = read(tmp_path, repository.save()).only("commits")
    assert commit["subject"] == "Gr\ufffd\ufffde (#3)"
    assert (commit["author_name"], commit["pull_request_number"]) == ("José", 3)


def test_mailmap_joins_addresses_and_the_recorded_one_is_kept(repository: Repository, tmp_path: Path) -> None:
    mailmap = "Ana Ito <ana@acme.example> <ana@laptop.local>\n"
    repository.commit("From the laptop", {".mailmap": mailmap}, author="root <Ana@laptop.local>")
    repository.commit("Pair\n\nCo-authored-by: root <ana@laptop.local>", author=BEN)
    result = read(tmp_path, repository.save())
    commit = result.only("commits", subject="From the laptop")
    assert (commit["author_name"], commit["author_email"]) == ("Ana Ito", "ana@acme.example")
    assert commit["_raw"]["author"] == "root <Ana@laptop.local>"
    assert result.only("commits", subject="Pair")["co_authors"] == [{"name": "Ana Ito", "email": "ana@acme.example"}]


def test_new_mailmap_renames_old_commits_too(repository: Repository, tmp_path: Path) -> None:
    repository.commit("From the laptop", author="root <ana@laptop.local>")
    first = read(tmp_path, repository.save())
    repository.commit("Add mailmap", {".mailmap": "Ana Ito <ana@acme.example> <ana@laptop.local>\n"})
    second = read(tmp_path, repository.save(), context=first.next)
    assert second.rows("commits", "author_email", subject="From the laptop") == ["ana@acme.example"]


def test_absurd_dates_leave_the_record_standing(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Start")
    repository.save()
    start = git(repository.path, "cat-file", "commit", "main").encode().split(b"\n")
    broken = b"\n".join([start[0], b"author Ana <ana@acme.example> 99999999999999 +9999", start[2], b"", b"From the far future\n"])
    sha = git(repository.path, "hash-object", "-t", "commit", "-w", "--stdin", "--literally", stdin=broken)
    git(repository.path, "update-ref", "refs/heads/main", sha)
    commit = read(tmp_path, repository).only("commits")
    assert (commit["authored_at"], commit["subject"], commit["author_email"]) == (None, "From the far future", "ana@acme.example")


def test_other_branches_and_pull_refs_do_not_cite(repository: Repository, tmp_path: Path) -> None:
    repository.commit("Start", {"README.md": "nothing here\n"})
    repository.commit("Try", {"pyproject.toml": '[project]\ndependencies = ["acme-evals"]\n'}, branch="stale", parents=[repository.head])
    repository.save()
    (repository.path / "refs" / "pull" / "7").mkdir(parents=True)
    (repository.path / "refs" / "pull" / "7" / "head").write_text(repository.sha(":2") + "\n")
    result = read(tmp_path, repository)
    assert result.rows("commits", "subject") == ["Start"]
    assert result.rows("manifest_declarations", "package") == []
    assert list(result.counted.values()) == [1]


def test_long_histories_come_in_pages_and_lose_nothing(repository: Repository, tmp_path: Path) -> None:
    for number in range(1203):
        repository.commit(f"Change {number}", {"a.txt": f"{number}\n"})
    result = read(tmp_path, repository.save())
    pages = [len(event.records) for event in result.events if isinstance(event, Page) and event.table == "commits"]
    assert pages == [1000, 203]
    assert len(set(result.rows("commits", "sha"))) == 1203 == next(iter(result.counted.values()))
    assert set(result.rows("commits", "on_first_parent")) == {True}


@pytest.mark.parametrize(
    ("trailer", "expected"),
    [
        ("Ben <BEN@acme.example>", {"name": "Ben", "email": "ben@acme.example"}),
        ("Roy, Ben <ben@acme.example>", {"name": "Roy, Ben", "email": "ben@acme.example"}),
        ("ben@acme.example", {"name": "", "email": "ben@acme.example"}),
        ("Ben", {"name": "Ben", "email": ""}),
    ],
)
def test_trailers_as_people_write_them(repository: Repository, tmp_path: Path, trailer: str, expected: dict[str, str]) -> None:
    repository.commit(f"Pair\n\nCo-authored-by: {trailer}", {".mailmap": "Zoe <zoe@acme.example> <z@x>\n"})
    assert read(tmp_path, repository.save()).only("commits")["co_authors"] == [expected]
