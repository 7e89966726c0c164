"""The git connector keeps the contract of its tables, and its fake answers as git does."""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from connectors import registry
from connectors.contract import UTC_TIMESTAMP, Finished, Page, ReadContext, Record, Rejected, Table
from connectors.errors import AuthFailed, SourceError
from connectors.git.fake import FakeCommit, FakeGit
from connectors.git.options import GitOptions
from connectors.git.resources import CONNECTOR, GitReader
from connectors.git.schema import TABLES
from tests.unit.git_repositories import ANA, BEN, NOW, Repository, Result, at, read

HARNESS = {"id": "eval-harness", "repository": "acme/search", "packages": ("acme-evals",), "names": ("Acme Eval Harness",)}
JUDGES = {"id": "judge-kit", "repository": "acme/judge-kit", "packages": ("acme-judges",)}
GATE = "jobs:\n  gate:\n    uses: acme/eval-harness/.github/workflows/gate.yml@v1\n"
PROMPT = "".join(f"Rule {number}\n" for number in range(10))

STEPS: list[tuple[str, str, datetime, dict[str, str]]] = [
    (
        "Start (#1)",
        ANA,
        at("2026-01-05"),
        {"README.md": "# Search\n", "prompts/a.md": PROMPT, "src/a.py": "1\n2\n3\n", "requirements.txt": "httpx\n"},
    ),
    (
        "Adopt (#2)\n\nBecause.\n\nCo-authored-by: Ben Roy <Ben@acme.example>",
        ANA,
        at("2026-02-05"),
        {
            "README.md": "# Search\nGated by eval-harness.\n",
            "requirements.txt": "httpx\nacme-evals>=1\n",
            ".github/workflows/gate.yml": GATE,
            "CODEOWNERS": "* @acme/core\n",
            "config/llm.yaml": "model: acme/big-2\n",
            "pyproject.toml": '[project]\nname = "acme-search"\n',
            "docs/adr/0001-gate.md": "---\ndate: 2026-02-01\n---\n# ADR-1: Gate\nAfter INC-7.\n",
        },
    ),
    (
        "Tune (#3)",
        BEN,
        at("2026-04-05"),
        {
            "prompts/a.md": PROMPT + "More\n",
            "src/a.py": "1\nimport acme_judges\nthree\n",
            "data.bin": "\0\1",
            ".mailmap": "Ben Roy <ben@acme.example> <ben@home.example>\n",
        },
    ),
    ("Move (#4)", BEN, at("2026-05-05"), {"prompts/a.md": "", "prompts/b.md": PROMPT + "More\n"}),
    ('Revert "Adopt (#2)" (#5)\n\nThis reverts commit abcdef1.', ANA, at("2026-06-05"), {"requirements.txt": "httpx\n", "src/b.py": "b\n"}),
]
"""Message, author, day, and files; an empty text deletes."""


def real(folder: Path) -> Repository:
    repository = Repository(folder / "acme" / "search.git")
    for message, author, when, files in STEPS:
        kept = {path: text for path, text in files.items() if text}
        repository.commit(message, kept, deletes=[path for path in files if path not in kept], author=author, when=when)
    return repository.save()


def faked(url: str) -> FakeGit:
    tree: dict[str, bytes] = {}
    history: list[FakeCommit] = []
    for message, author, when, files in STEPS:
        tree = {path: content for path, content in {**tree, **{path: text.encode() for path, text in files.items()}}.items() if content}
        history.append(FakeCommit(message, author, when, tree))
    return FakeGit({url: history})


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return real(tmp_path_factory.mktemp("contract"))


@pytest.fixture(scope="module")
def result(repository: Repository, tmp_path_factory: pytest.TempPathFactory) -> Result:
    return read(tmp_path_factory.mktemp("mirrors"), repository, artifacts=(HARNESS, JUDGES))


def frame(table: Table, records: list[Record]) -> pl.DataFrame:
    """Records as loading makes a frame of them: lists as JSON, instants in UTC."""
    types = {name: column.dtype.type for name, column in table.columns.items()}
    rows = [{name: str(record[name]) if isinstance(record[name], list) else record[name] for name in types} for record in records]
    return pl.DataFrame(rows, schema=types)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_records_keep_the_contract(result: Result, table: Table) -> None:
    records = result.tables[table.name]
    assert records, "the history has something for every table"
    assert {name for record in records for name in record} == {*table.columns, "_raw", "_source_url"}
    table.demands.validate(frame(table, records))


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_keys_are_unique(result: Result, table: Table) -> None:
    keys = Counter(tuple(record[column] for column in table.key) for record in result.tables[table.name])
    assert [key for key, times in keys.items() if times > 1] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_keys_personal_columns_and_texts_are_declared(table: Table) -> None:
    assert set(table.key) <= set(table.columns)
    assert set(table.pii) <= set(table.columns)
    assert not any(table.columns[name].nullable for name in table.key)
    assert {name for name in table.columns if name.endswith("email")} <= set(table.pii)


def test_every_instant_is_utc(result: Result) -> None:
    for table in TABLES:
        columns = [name for name, column in table.columns.items() if column.dtype.type == UTC_TIMESTAMP]
        values = [record[name] for record in result.tables[table.name] for name in columns if record[name] is not None]
        assert all(value.utcoffset() is not None and not value.utcoffset() for value in values)


def test_registry_finds_the_connector() -> None:
    assert registry.get("git") is CONNECTOR
    assert CONNECTOR.dataset == "raw_git"
    assert CONNECTOR.reads_from == ("github",)


def test_connector_opens_from_plain_options(tmp_path: Path, repository: Repository) -> None:
    reader = CONNECTOR.open({"mirrors": str(tmp_path / "mirrors"), "remotes": [str(repository.path)]})
    assert any(isinstance(event, Finished) for event in reader.read(ReadContext(NOW)))


def test_raw_parts_hold_no_file_contents(result: Result) -> None:
    assert max(len(str(record["_raw"])) for records in result.tables.values() for record in records) < 1500


def comparable(result: Result) -> dict[str, list[Any]]:
    """Records without what only real commits have: their ids, and the URLs that hold them."""

    def shorn(record: Record) -> dict[str, Any]:
        return {
            name: value
            for name, value in record.items()
            if "sha" not in name.split("_") and name not in {"_raw", "_source_url", "parents", "target"}
        }

    return {table: sorted((sorted(shorn(record).items()) for record in records), key=str) for table, records in result.tables.items()}


def test_fake_answers_like_git(repository: Repository, result: Result, tmp_path: Path) -> None:
    url = str(repository.path)
    reader = GitReader(GitOptions(mirrors=tmp_path, remotes=(url,), artifacts=(HARNESS, JUDGES)), lambda *_: faked(url))
    assert comparable(Result(list(reader.read(ReadContext(NOW))), reader)) == comparable(result)


def test_fake_shares_gits_blob_ids(repository: Repository, result: Result, tmp_path: Path) -> None:
    url = str(repository.path)
    reader = GitReader(GitOptions(mirrors=tmp_path, remotes=(url,)), lambda *_: faked(url))
    fake = Result(list(reader.read(ReadContext(NOW))), reader)
    assert fake.rows("tree_files", "path", "blob_sha") == result.rows("tree_files", "path", "blob_sha")


def test_one_failing_remote_is_one_failed_partition(tmp_path: Path) -> None:
    error: SourceError = AuthFailed("git", "https://a.example/x", "refused")
    fake = FakeGit({"/srv/b.git": [FakeCommit("Start", ANA, NOW, {"a": b"1\n"})], "/srv/c.git": []}, {"https://a.example/x": error})
    reader = GitReader(
        GitOptions(mirrors=tmp_path, remotes=("https://a.example/x", "/srv/b.git", "/srv/c.git", "/srv/d.git")), lambda *_: fake
    )
    result = Result(list(reader.read(ReadContext(NOW))), reader)
    assert sorted(type(failure).__name__ for failure in result.failed.values()) == ["AuthFailed", "NotFound"]
    assert len(result.finished) == 2
    assert all(isinstance(event.table, str) for event in result.events if isinstance(event, Page | Rejected))
