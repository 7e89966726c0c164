"""Readings one after another: what is read again, what is not, and what it costs."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.contract import ReadContext, Record
from connectors.git.__main__ import main
from connectors.git.client import CommandLine
from connectors.git.options import GitOptions
from connectors.git.remotes import Remote
from connectors.git.resources import GitReader, by_command
from tests.unit.git_repositories import NOW, Repository, Result, git, read

HARNESS = {"id": "eval-harness", "repository": "acme/eval-harness", "packages": ["acme-evals"]}


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    repository = Repository(tmp_path / "acme" / "search.git")
    repository.commit("Start", {"requirements.txt": "acme-evals\n", "README.md": "eval-harness\n", "prompts/a.md": "a\n"})
    repository.commit("More", {"a.py": "1\n"})
    return repository.save()


def counting(folder: Path, remotes: Iterable[str], context: ReadContext) -> tuple[Result, int]:
    """A reading, and how many git processes it took."""
    clients: list[CommandLine] = []

    def connect(options: GitOptions, chosen: Iterable[Remote]) -> CommandLine:
        client = by_command(options, chosen)
        assert isinstance(client, CommandLine)
        clients.append(client)
        return client

    reader = GitReader(GitOptions(mirrors=folder / "mirrors", remotes=tuple(remotes)), connect)
    result = Result(list(reader.read(context)), reader)
    return result, clients[0].processes


def canonical(records: Iterable[Record]) -> list[str]:
    return sorted(str(sorted(record.items())) for record in records)


def test_nothing_new_is_one_request_and_no_record(repository: Repository, tmp_path: Path) -> None:
    first, _ = counting(tmp_path, [str(repository.path)], ReadContext(NOW))
    context = first.next
    second, processes = counting(tmp_path, [str(repository.path)], context)
    assert second.tables == {}
    assert processes == 2, "git --version, and ls-remote"
    assert second.cursors == first.cursors
    assert next(iter(second.finished.values())).tables == (), "nothing was listed, so nothing may be tombstoned"
    assert (context.meter.made, context.meter.saved) == (1, 1)


def test_a_first_reading_takes_nine_processes_a_repository(tmp_path: Path) -> None:
    repositories = [Repository(tmp_path / "acme" / f"r{number}.git") for number in range(3)]
    for repository in repositories:
        for number in range(30):
            repository.commit(f"Change (#{number})", {"prompts/a.md": f"{number}\n", "requirements.txt": f"httpx=={number}\n"})
        repository.save()
    _, processes = counting(tmp_path, [str(repository.path) for repository in repositories], ReadContext(NOW))
    assert processes <= 1 + 9 * len(repositories), "however many commits, prompts and files there are"


def test_new_commits_only_are_read(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    repository.commit("Newer (#5)", {"a.py": "2\n"})
    second = read(tmp_path, repository.save(), context=first.next)
    assert second.rows("commits", "subject", "pull_request_number") == [("Newer (#5)", 5)]
    assert second.rows("commit_files", "path") == ["a.py"]
    assert list(second.counted.values()) == [3], "the count is of the whole branch, to be held against the warehouse"
    listed = next(iter(second.finished.values())).tables
    assert "commits" not in listed
    assert {"tree_files", "manifest_declarations", "mentions", "surviving_lines"} <= set(listed)


def test_incremental_and_full_reading_agree(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    side = repository.commit("Side", {"b.py": "1\n"}, branch="feature", parents=[repository.head])
    repository.commit("Merge pull request #6 from acme/feature", {"b.py": "1\n"}, parents=[repository.head, side])
    repository.commit("Drop", {"requirements.txt": "\n"})
    second = read(tmp_path, repository.save(), context=first.next)
    whole = read(tmp_path / "elsewhere", repository)
    merged = {record["sha"]: record for record in [*first.tables["commits"], *second.tables["commits"]]}
    assert canonical(merged.values()) == canonical(whole.tables["commits"])
    for table in ("manifest_declarations", "prompt_versions", "mentions", "tree_files"):
        assert canonical(second.tables[table]) == canonical(whole.tables[table])


def test_rewritten_history_is_read_whole(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    repository.commit("Other", {"a.py": "other\n"}, parents=[":1"])
    second = read(tmp_path, repository.save(), context=first.next)
    assert second.rows("commits", "subject") == ["Other", "Start"]
    assert "commits" in next(iter(second.finished.values())).tables, "so that the lost commits are tombstoned"


def test_history_whose_first_parents_were_swapped_is_read_whole(repository: Repository, tmp_path: Path) -> None:
    """Merging main into a branch and pushing that as main makes every commit of main land with the new merge."""
    first = read(tmp_path, repository)
    other = repository.commit("Branch", {"b.py": "1\n"}, parents=[":1"], branch="feature")
    swapped = repository.commit("Merge branch 'main' into feature", {"a.py": "1\n"}, parents=[other, ":2"])
    second = read(tmp_path, repository.save(), context=first.next)
    assert second.only("commits", subject="More")["landed_sha"] == repository.sha(swapped)


def test_other_default_branch_is_followed(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    repository.commit("On trunk", {"c.py": "1\n"}, branch="trunk", parents=[":1"])
    repository.save()
    git(repository.path, "symbolic-ref", "HEAD", "refs/heads/trunk")
    second = read(tmp_path, repository, context=first.next)
    assert second.rows("repositories", "default_branch") == ["trunk"]
    assert second.rows("commits", "subject") == ["On trunk", "Start"]


@pytest.mark.parametrize(
    ("options", "table"),
    [({"artifacts": (HARNESS,)}, "mentions"), ({"prompts": ("*.py",)}, "prompt_versions")],
)
def test_other_configuration_reads_again_without_the_commits(
    repository: Repository, tmp_path: Path, options: dict[str, Any], table: str
) -> None:
    first = read(tmp_path, repository)
    second = read(tmp_path, repository, context=first.next, **options)
    assert len(second.tables[table]) > len(first.tables[table])
    assert second.tables["commits"] == []


def test_full_reading_ignores_cursors(repository: Repository, tmp_path: Path) -> None:
    first = read(tmp_path, repository)
    again = read(tmp_path, repository, context=ReadContext(NOW, cursors=first.cursors, full=True))
    assert again.rows("commits", "subject") == ["More", "Start"]


def test_two_readings_of_the_same_give_the_same_bytes(repository: Repository, tmp_path: Path) -> None:
    one = read(tmp_path / "one", repository, artifacts=(HARNESS,))
    two = read(tmp_path / "two", repository, artifacts=(HARNESS,), now=NOW + timedelta(hours=5))
    assert {table: canonical(records) for table, records in one.tables.items()} == {
        table: canonical(records) for table, records in two.tables.items()
    }


def github(folder: Path, rows: list[tuple[Any, ...]], remotes: tuple[str, ...] = ("acme/*",), **context: Any) -> Result:
    def loaded(dataset: str, table: str, columns: Iterable[str]) -> list[tuple[Any, ...]]:
        assert (dataset, table, list(columns)) == (
            "raw_github",
            "repositories",
            ["repository_id", "full_name", "clone_url", "default_branch"],
        )
        return rows

    reader = GitReader(GitOptions(mirrors=folder / "mirrors", remotes=remotes))
    return Result(list(reader.read(ReadContext(NOW, loaded=loaded, **context))), reader)


def test_github_repositories_are_known_by_number(repository: Repository, tmp_path: Path) -> None:
    rows = [(77, "acme/search", str(repository.path), "main"), (78, "other/thing", "/nowhere", "main"), (None, None, None, None)]
    first = github(tmp_path, rows)
    assert first.rows("repositories", "repository_id", "full_name") == [("github:77", "acme/search")]
    renamed = github(tmp_path, [(77, "Acme/Find", str(repository.path), "main")], cursors=first.cursors)
    assert renamed.rows("repositories", "repository_id", "full_name") == [("github:77", "Acme/Find")]
    assert renamed.tables["commits"] == []
    assert [mirror.name for mirror in (tmp_path / "mirrors").glob("*.git")] == ["github-77.git"]


def test_moved_repository_keeps_its_mirror(repository: Repository, tmp_path: Path) -> None:
    first = github(tmp_path, [(77, "acme/search", str(repository.path), "main")])
    moved = repository.path.with_name("find.git")
    repository.path.rename(moved)
    repository.path = moved
    repository.commit("After the move", {"z.py": "1\n"})
    repository.save()
    second = github(tmp_path, [(77, "acme/find", str(moved), "main")], cursors=first.cursors)
    assert second.rows("commits", "subject") == ["After the move"]


def test_url_of_a_github_repository_is_that_repository(repository: Repository, tmp_path: Path) -> None:
    rows = [(77, "acme/search", str(repository.path), "main")]
    assert list(github(tmp_path, rows, ("acme/*", str(repository.path))).finished) == ["github:77"]


def test_branch_named_by_github_is_read_where_head_points_nowhere(repository: Repository, tmp_path: Path) -> None:
    git(repository.path, "symbolic-ref", "HEAD", "refs/heads/gone")
    result = github(tmp_path, [(77, "acme/search", str(repository.path), "main")])
    assert result.rows("repositories", "default_branch", "is_empty") == [("main", False)]
    assert len(result.tables["commits"]) == 2


def test_progress_names_each_repository(repository: Repository, tmp_path: Path) -> None:
    told: list[str] = []
    tell: Callable[[str], None] = told.append
    read(tmp_path, repository, context=ReadContext(NOW, progress=tell))
    assert told == ["git: acme/search"]


def test_probe_tells_version_folder_and_remote(repository: Repository, tmp_path: Path) -> None:
    reader = GitReader(GitOptions(mirrors=tmp_path / "mirrors", remotes=(str(repository.path),)))
    findings = {finding.name: finding for finding in reader.probe()}
    assert {name: finding.state for name, finding in findings.items()} == {"git command": "ok", "git mirrors": "ok", "git remote": "ok"}
    assert "main at" in findings["git remote"].detail


def test_probe_of_names_uses_a_mirror_or_says_what_is_missing(repository: Repository, tmp_path: Path) -> None:
    reader = GitReader(GitOptions(mirrors=tmp_path / "mirrors", remotes=("acme/*",)))
    assert {finding.name: finding.state for finding in reader.probe()}["git remote"] == "warn"
    github(tmp_path, [(77, "acme/search", str(repository.path), "main")])
    assert {finding.name: finding.state for finding in reader.probe()}["git remote"] == "ok"
    repository.path.rename(repository.path.with_name("away.git"))
    failed = {finding.name: finding for finding in reader.probe()}["git remote"]
    assert (failed.state, "search.git" in failed.detail) == ("fail", True)


def test_contents_are_examined_once(repository: Repository, tmp_path: Path) -> None:
    first, whole = counting(tmp_path, [str(repository.path)], ReadContext(NOW))
    repository.commit("Nothing to examine", {"elsewhere.txt": "3\n"})
    second, less = counting(tmp_path, [str(repository.save().path)], first.next)
    assert canonical(second.tables["manifest_declarations"]) == canonical(first.tables["manifest_declarations"])
    assert canonical(second.tables["prompt_versions"]) == canonical(first.tables["prompt_versions"])
    assert less == whole - 1, "no cat-file"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"rules": "other", "answers": {}}', '{"rules": 1, "answers": 2}'])
def test_what_was_remembered_is_never_needed(repository: Repository, tmp_path: Path, content: str) -> None:
    first = read(tmp_path, repository, artifacts=({**HARNESS, "repository": str(repository.path)},))
    for file in (tmp_path / "mirrors").glob("*.json"):
        file.write_text(content)
    again = read(tmp_path, repository, artifacts=({**HARNESS, "repository": str(repository.path)},), context=ReadContext(NOW))
    assert {table: canonical(rows) for table, rows in again.tables.items()} == {
        table: canonical(rows) for table, rows in first.tables.items()
    }


def test_full_reading_does_not_trust_what_was_remembered(repository: Repository, tmp_path: Path) -> None:
    read(tmp_path, repository)
    (file,) = (tmp_path / "mirrors").glob("*.facts.json")
    file.write_text(file.read_text().replace("acme-evals", "forged"))
    assert read(tmp_path, repository, context=ReadContext(NOW)).rows("manifest_declarations", "package") == ["forged"]
    file.write_text(file.read_text().replace("acme-evals", "forged"))
    assert read(tmp_path, repository, context=ReadContext(NOW, full=True)).rows("manifest_declarations", "package") == ["acme-evals"]


def test_smoke_run_prints_counts_and_failures(
    repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = str(tmp_path / "gone.git")
    monkeypatch.setattr(
        "sys.argv",
        ["git", "--mirrors", str(tmp_path / "m"), str(repository.path), gone, "--show", "mentions", "--artifact", "acme/eval-harness"],
    )
    assert main() == 1
    shown = capsys.readouterr()
    assert "commits\t2" in shown.out
    assert "'matched_text': 'eval-harness'" in shown.out
    assert gone in shown.err
