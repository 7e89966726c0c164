"""A fork read by the git connector: whose its commits and prompt changes are, by the model that everything else counts with."""

import re
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from connectors.contract import Record
from tests.unit.git_repositories import BEN, Repository, Result, at, read

MODEL = Path(__file__).resolve().parents[2] / "dbt_project" / "models" / "intermediate" / "projects" / "int_commits_inherited.sql"
TEXT = "".join(f"Rule {number}: answer politely.\n" for number in range(10))
FORKED = at("2026-02-01")


def history(path: Path) -> Repository:
    """What both repositories have: two landings of one prompt."""
    made = Repository(path)
    made.commit("Add the prompt (#1)", {"prompts/route.md": TEXT}, when=at("2026-01-05"))
    made.commit("Be kinder (#2)", {"prompts/route.md": TEXT + "Be kind.\n"}, when=at("2026-01-10"))
    return made


def later(repository: Repository, **place: str) -> str:
    """What the source lands after it was forked; `place` puts the same commit beside the fork's own line."""
    files: dict[str | bytes, str | bytes] = {"prompts/route.md": TEXT + "Be kind.\nBe brief.\n"}
    return repository.commit("Be brief (#3)", files, when=at("2026-02-10"), parents=[":2"], **place)


@pytest.fixture
def read_both(tmp_path: Path) -> Result:
    """The source, and a fork with a change of its own that caught up with the source once."""
    source, fork = history(tmp_path / "acme" / "search.git"), history(tmp_path / "lab" / "search.git")
    later(source)
    own = fork.commit("Own judge", {"prompts/judge.md": "Judge.\n"}, when=at("2026-02-05"), author=BEN)
    theirs = later(fork, branch="theirs")
    fork.commit(
        "Merge acme/search", {"prompts/route.md": TEXT + "Be kind.\nBe brief.\n"}, when=at("2026-02-11"), parents=[own, theirs], author=BEN
    )
    return read(tmp_path, source.save(), fork.save())


def inherited(commits: list[Record], repositories: list[tuple[str, bool, str | None, datetime]]) -> set[tuple[str, str]]:
    """Subjects of inherited commits with their home, by the model's own SQL."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table stg_git__commits (repository_id text, sha text, landed_sha text, is_merge bool, landed_at timestamptz)"
        )
        columns = ("repository_id", "sha", "landed_sha", "is_merge", "landed_at")
        connection.executemany("insert into stg_git__commits values (?, ?, ?, ?, ?)", [[row[name] for name in columns] for row in commits])
        connection.execute("create table int_repositories (repository_id text, is_fork bool, fork_source_id text, created_at timestamptz)")
        connection.executemany("insert into int_repositories values (?, ?, ?, ?)", repositories)
        found = connection.execute(re.sub(r"\{\{ ref\('(\w+)'\) \}\}", r"\1", MODEL.read_text())).fetchall()
    subjects = {(row["repository_id"], row["sha"]): row["subject"] for row in commits}
    return {(subjects[repository, sha], home) for repository, sha, home in found}


def test_only_its_own_commits_are_a_forks(read_both: Result) -> None:
    commits = read_both.tables["commits"]
    source, fork = (read_both.only("repositories", full_name=name)["repository_id"] for name in ("acme/search", "lab/search"))
    found = inherited(commits, [(source, False, None, at("2026-01-01")), (fork, True, source, FORKED)])
    theirs = {"Add the prompt (#1)", "Be kinder (#2)", "Be brief (#3)", "Merge acme/search"}
    assert found == {(subject, source) for subject in theirs}
    homes = [row["sha"] for row in commits if (row["subject"], source) not in found or row["repository_id"] == source]
    assert len(homes) == len(set(homes)) == 4, "each commit is counted in one repository"


def test_a_forks_prompt_history_is_what_it_changed_itself(read_both: Result) -> None:
    source, fork = (read_both.only("repositories", full_name=name)["repository_id"] for name in ("acme/search", "lab/search"))
    found = inherited(read_both.tables["commits"], [(source, False, None, at("2026-01-01")), (fork, True, source, FORKED)])
    by_sha = {row["sha"]: row["subject"] for row in read_both.tables["commits"]}
    landed = [(by_sha[sha], key) for sha, key in read_both.rows("prompt_versions", "landed_sha", "prompt_key", repository_id=fork)]
    assert len(landed) == 4, "git itself cannot tell a fork's history from its source's"
    assert [key for subject, key in landed if (subject, source) not in found] == ["prompts/judge.md"]


def test_without_the_sources_history_what_is_older_than_the_fork_is_not_its_own(read_both: Result) -> None:
    fork = read_both.only("repositories", full_name="lab/search")["repository_id"]
    commits = [row for row in read_both.tables["commits"] if row["repository_id"] == fork]
    found = inherited(commits, [(fork, True, "github:99", FORKED)])
    assert found == {("Add the prompt (#1)", "github:99"), ("Be kinder (#2)", "github:99")}
