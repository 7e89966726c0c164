"""Real histories: versions of packages from PyPI one after another, and this repository's own; each held against another reader of the same files.

The oracles know nothing of the connector: what setuptools wrote into the package when it was built, `git grep`, `git patch-id`.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from connectors.contract import Record
from tests.unit.git_repositories import Repository, Result, at, git, read

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".fulcrum" / "pypi"
PACKAGES = {"requests": ("2.25.1", "2.26.0", "2.28.0"), "boto3": ("1.20.0", "1.26.0", "1.34.0")}
"""Versions with a `setup.py`; between them dependencies come, go and change."""
IMPORTED = {"requests": "urllib3", "boto3": "botocore"}


def sdist(package: str, version: str) -> dict[str, bytes]:
    """Files of a source distribution by path, fetched by pip at first need; skips the test where there is no pip or no registry."""
    kept = CACHE / f"{package}-{version}.tar.gz"
    if not kept.exists():
        _fetch(package, version, kept)
    with tarfile.open(kept) as archive:
        members = [member for member in archive.getmembers() if member.isfile()]
        return {member.name.partition("/")[2]: _content(archive, member) for member in members}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    source = archive.extractfile(member)
    assert source is not None
    return source.read()


def _fetch(package: str, version: str, kept: Path) -> None:
    pip = shutil.which("pip")
    if pip is None:
        pytest.skip(f"pip is not on this machine; it fetches {package} {version}, whose history this test reads")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-binary=:all:", "--retries=1", f"--dest={folder}"]
        command = [pip, f"--python={sys.executable}", "download", *options, f"{package}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        found = list(Path(folder).glob("*.tar.gz"))
        if not found:
            pytest.skip(f"pip could not fetch {package} {version}: {done.stderr.strip()[-300:]}")
        part = kept.with_name(f"{kept.name}.{os.getpid()}")
        shutil.move(found[0], part)
        part.replace(kept)


@dataclass
class History:
    """A package's versions as landings, and what the connector read."""

    package: str
    trees: list[dict[str, bytes]]
    shas: list[str]
    result: Result

    def standing(self, table: str, version: int) -> list[Record]:
        """Rows of an interval table that hold at a version."""
        place = {sha: number for number, sha in enumerate(self.shas)}
        rows = self.result.tables[table]
        return [row for row in rows if place[row["from_sha"]] <= version < place.get(row["to_sha"], len(self.shas))]


@pytest.fixture(scope="module", params=PACKAGES)
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> History:
    package: str = request.param
    trees = [sdist(package, version) for version in PACKAGES[package]]
    # Somebody gives the last version up without a word.
    trees.append(trees[-2])
    folder = tmp_path_factory.mktemp(package)
    repository = Repository(folder / "pypi" / f"{package}.git")
    before: dict[str, bytes] = {}
    marks: list[str] = []
    for number, tree in enumerate(trees):
        kept: dict[str | bytes, Any] = {path: content for path, content in tree.items() if before.get(path) != content}
        marks.append(
            repository.commit(f"Version {number}", kept, deletes=sorted(set(before) - set(tree)), when=at(f"2026-01-0{number + 1}"))
        )
        before = tree
    imported = IMPORTED[package]
    artifact = {"id": imported, "repository": f"other/{imported}", "packages": (imported,)}
    result = read(folder, repository.save(), artifacts=(artifact,))
    assert result.failed == {}
    return History(package, trees, [repository.sha(mark) for mark in marks], result)


def built(tree: dict[str, bytes]) -> tuple[set[str], set[str]]:
    """Packages that setuptools found required, and those of extras, when the package was built."""
    [text] = [content.decode() for path, content in tree.items() if path.endswith(".egg-info/requires.txt")]
    required, optional, section = set[str](), set[str](), ""
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]").partition(":")[0]
        elif line.strip():
            (optional if section else required).add(canonicalize_name(Requirement(line).name))
    return required, optional - required


def test_setup_py_declares_what_setuptools_found(history: History) -> None:
    for number, tree in enumerate(history.trees):
        rows = [row for row in history.standing("manifest_declarations", number) if row["path"] == "setup.py"]
        found = {scope: {row["package"] for row in rows if row["scope"] == scope} for scope in ("runtime", "optional")}
        required, optional = built(tree)
        assert found["runtime"] | found["optional"] == required | optional, f"version {number}"
        if number == len(history.trees) - 1:  # a scope is that of the last sight
            assert (found["runtime"], found["optional"]) == (required, optional)


def test_imports_are_those_that_a_search_finds(history: History) -> None:
    statement = re.compile(rf"^\s*(from|import)\s+{IMPORTED[history.package]}\b(?![-\w])".encode(), re.MULTILINE)
    for number, tree in enumerate(history.trees):
        wanted = {path for path, content in tree.items() if path.endswith(".py") and statement.search(content)}
        found = {row["path"] for row in history.standing("imports", number)}
        assert wanted
        assert found == wanted


def test_giving_up_a_version_is_its_inverse(history: History) -> None:
    rows = history.result.rows("reverts", "sha", "reverted_sha", "kind", "confidence", "extent", how="inverse_patch")
    assert rows == [(history.shas[3], history.shas[2], "revert", "confirmed", "whole")]


# This repository


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, list[str]]:
    """The reading of this checkout with `duckdb` for an artifact, and the landings, oldest first."""
    try:
        is_shallow = git(ROOT, "rev-parse", "--is-shallow-repository")
        shas = git(ROOT, "rev-list", "--first-parent", "--reverse", "HEAD").split()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this is no git checkout, so it has no history to read")
    if is_shallow == "true" or len(shas) < 20:
        pytest.skip("this checkout has no history worth reading: it is shallow or new")
    artifact = {"id": "duckdb", "repository": "duckdb/duckdb", "packages": ("duckdb",)}
    return read(tmp_path_factory.mktemp("own"), str(ROOT), artifacts=(artifact,)), shas


def at_landing(rows: Iterable[Record], shas: Sequence[str], place: int) -> list[Record]:
    places = {sha: number for number, sha in enumerate(shas)}
    return [row for row in rows if places[row["from_sha"]] <= place < places.get(row["to_sha"], len(shas))]


def test_own_commits_are_counted_and_landed(own: tuple[Result, list[str]]) -> None:
    result, shas = own
    rows = result.tables["commits"]
    assert len(rows) == int(git(ROOT, "rev-list", "--count", "HEAD"))
    assert {row["sha"] for row in rows if row["on_first_parent"]} == set(shas)


def test_own_pyproject_declares_at_every_landing_what_it_says(own: tuple[Result, list[str]]) -> None:
    result, shas = own
    rows = [row for row in result.tables["manifest_declarations"] if row["path"] == "pyproject.toml"]
    touching = set(git(ROOT, "log", "--first-parent", "--format=%H", "--", "pyproject.toml").split())
    assert touching
    for place, sha in enumerate(shas):
        if sha in touching:
            data = tomllib.loads(git(ROOT, "show", f"{sha}:pyproject.toml"))
            asked = [*data["project"]["dependencies"], *data.get("build-system", {}).get("requires", [])]
            asked += [item for group in data["project"].get("optional-dependencies", {}).values() for item in group]
            asked += [item for group in data.get("dependency-groups", {}).values() for item in group if isinstance(item, str)]
            assert {row["package"] for row in at_landing(rows, shas, place)} == {
                canonicalize_name(Requirement(item).name) for item in asked
            }


def test_own_imports_are_those_that_git_grep_finds(own: tuple[Result, list[str]]) -> None:
    result, shas = own
    for place in range(len(shas) - 1, -1, -max(1, len(shas) // 6)):
        searched = subprocess.run(
            ["git", "-C", str(ROOT), "grep", "-lE", r"^ *(import|from) duckdb\b", shas[place], "--", "*.py"], capture_output=True, text=True
        )
        wanted = {line.partition(":")[2] for line in searched.stdout.splitlines()}
        assert {row["path"] for row in at_landing(result.tables["imports"], shas, place)} == wanted


def test_own_inverse_patches_are_those_of_git_patch_id(own: tuple[Result, list[str]]) -> None:
    result, shas = own
    options = ["log", "--first-parent", "-p", "--no-renames", "--full-index", "--format=commit %H", "HEAD"]
    there, back = (_patch_ids(*options[:2], *turned, *options[2:]) for turned in ((), ("-R",)))
    places = {sha: number for number, sha in enumerate(shas)}
    wanted = {
        (later, earlier) for earlier, key in back.items() for later in there if there[later] == key and places[earlier] < places[later]
    }
    assert wanted <= set(result.rows("reverts", "sha", "reverted_sha", how="inverse_patch"))


def _patch_ids(*options: str) -> dict[str, str]:
    patches = subprocess.run(["git", "-C", str(ROOT), *options], capture_output=True, check=True).stdout
    lines = git(ROOT, "patch-id", "--stable", stdin=patches).splitlines()
    return {sha: patch for patch, sha in map(str.split, lines)}
