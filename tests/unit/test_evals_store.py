"""Folders and buckets through fsspec: what is listed, what is read, and what a failure says."""

import hashlib
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import fsspec
import pytest

from connectors.errors import AuthFailed, NotFound, Terminal, Unavailable
from connectors.evals import __main__ as smoke
from connectors.evals.store import FsspecStore
from tests.unit.evals_reading import DATA, read


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b/two.eval", "a/one.eval", ".hidden/three.eval", "a/.partial.eval", ".hidden/.latest_run_full.json"):
        path = tmp_path / "evals" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
        os.utime(path, (1_790_000_000.25, 1_790_000_000.25))
    return tmp_path / "evals"


def test_a_folder_lists_its_files_by_name_without_hidden_ones(folder: Path):
    entries = FsspecStore(f"{folder}/").entries()
    assert [(entry.name, entry.path, entry.size) for entry in entries] == [
        ("a/one.eval", f"{folder}/a/one.eval", 10),
        ("b/two.eval", f"{folder}/b/two.eval", 10),
    ]
    assert entries[0].modified_at == datetime.fromtimestamp(1_790_000_000.25, UTC)


def test_a_file_is_given_whole_with_its_hash_and_url(folder: Path):
    store = FsspecStore(str(folder))
    with store.fetch(store.entries()[0]) as fetched:
        assert fetched.body.read() == b"a/one.eval"
        assert (fetched.size, fetched.sha) == (10, hashlib.sha256(b"a/one.eval").hexdigest())
    assert fetched.body.closed
    assert store.url(store.entries()[0]) == (folder / "a" / "one.eval").as_uri()


def test_a_bucket_gives_the_same(folder: Path):
    """fsspec's memory file system stands for a bucket: not local, so files are fetched."""
    bucket = fsspec.filesystem("memory")
    bucket.pipe("/acme-evals/inspect/big.eval", b"x" * 3_000_000)
    try:
        store = FsspecStore("memory://acme-evals/inspect")
        (entry,) = store.entries()
        assert (entry.name, entry.path, entry.size) == ("big.eval", "memory://acme-evals/inspect/big.eval", 3_000_000)
        with store.fetch(entry) as fetched:
            assert fetched.sha == hashlib.sha256(b"x" * 3_000_000).hexdigest()
            assert fetched.body.read(3) == b"xxx"
        assert store.url(entry).endswith("/acme-evals/inspect/big.eval")
    finally:
        bucket.rm("/acme-evals", recursive=True)


def test_a_whole_reading_works_on_a_folder_and_on_a_bucket_alike():
    bucket = fsspec.filesystem("memory")
    for path in (DATA / "promptfoo").glob("*.json"):
        bucket.pipe(f"/recorded/{path.name}", path.read_bytes())
    try:
        remote, local = read("promptfoo", "memory://recorded"), read("promptfoo", str(DATA / "promptfoo"))
        assert remote.rows("runs").keys() == local.rows("runs").keys()
        assert remote.rows("samples").keys() == local.rows("samples").keys()
    finally:
        bucket.rm("/recorded", recursive=True)


def test_a_folder_that_is_not_there_is_told_apart_from_an_empty_one(tmp_path: Path):
    assert FsspecStore(str(tmp_path)).entries() == []
    with pytest.raises(NotFound, match="it does not exist"):
        FsspecStore(str(tmp_path / "nowhere")).entries()


def test_a_url_without_its_driver_says_what_to_install():
    with pytest.raises(Terminal, match="install fsspec's driver"):
        FsspecStore("s4://bucket/evals")


@pytest.mark.parametrize(
    ("failure", "expected"), [(PermissionError("no"), AuthFailed), (FileNotFoundError("no"), NotFound), (OSError("reset"), Unavailable)]
)
def test_failures_of_the_file_system_say_what_to_do(folder: Path, monkeypatch, failure: Exception, expected: type):
    store = FsspecStore(str(folder))

    def fail(*_, **__):
        raise failure

    monkeypatch.setattr(store.system, "find", fail)
    with pytest.raises(expected) as caught:
        store.entries()
    assert str(folder) in str(caught.value)


def test_failures_of_a_buckets_driver_are_the_stores_and_not_ours(folder: Path, monkeypatch):
    """s3fs lets botocore's own errors through, and botocore is not installed here."""

    class NoCredentialsError(Exception):
        pass

    driver = ModuleType("botocore.exceptions")
    driver.BotoCoreError = NoCredentialsError
    monkeypatch.setitem(sys.modules, "botocore.exceptions", driver)
    store = FsspecStore(str(folder))

    def fail(*_, **__):
        raise NoCredentialsError("Unable to locate credentials")

    monkeypatch.setattr(store.system, "find", fail)
    with pytest.raises(Unavailable, match="Unable to locate credentials"):
        store.entries()


def test_the_smoke_run_counts_tables_and_names_what_it_set_aside(tmp_path: Path, capsys):
    (tmp_path / "queues.json").write_bytes((DATA / "promptfoo" / "queues.json").read_bytes())
    (tmp_path / "empty.json").write_bytes(b"")
    assert smoke.main(["promptfoo", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert "runs\t1" in said.out
    assert "set aside: empty.json (0 bytes): it is empty" in said.err


def test_the_smoke_run_fails_on_a_store_that_is_not_there(tmp_path: Path, capsys):
    assert smoke.main(["inspect", str(tmp_path / "nowhere")]) == 1
    assert "it does not exist" in capsys.readouterr().err
