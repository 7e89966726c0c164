"""Single files out of npm packages, for tests that hold our answers to somebody else's description. Nothing of them is committed."""

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from tests.contract.installing import ROOT, made_once

CACHE = ROOT / ".fulcrum" / "npm"


def npm_file(package: str, version: str, member: str) -> Path:
    """One file of one version of a package, fetched by `npm pack` at first need; skips the test on machines without npm."""
    target = CACHE / f"{package.replace('/', '-')}-{version}" / Path(member).name
    if target.exists():
        return target
    if shutil.which("npm") is None:
        pytest.skip(f"npm is not on this machine; it fetches {package} {version}, which this test compares with")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--pack-destination", folder, f"{package}@{version}"]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, f"npm could not fetch {package} {version}: {done.stderr.strip()}"
        [archive] = Path(folder).glob("*.tgz")
        # Written beside its place and moved there: another worker may be fetching the same file.
        part = target.with_name(f"{target.name}.{os.getpid()}")
        with tarfile.open(archive) as opened, part.open("wb") as out:
            source = opened.extractfile(f"package/{member}")
            assert source is not None, f"{package} {version} has no {member}"
            shutil.copyfileobj(source, out)
        part.replace(target)
    return target


def npm_folder(package: str, version: str, *needed: str) -> Path:
    """A folder in which Node finds one version of a package; installed at first need, without its scripts and what it can do without.

    Args:
        package: whose folder it is.
        version: of the package.
        needed: with versions, what the package takes to be optional and this use of it needs. What promptfoo can do without is six
            sevenths of its 1.9 GB.
    """
    target = CACHE / f"{package.replace('/', '-')}-{version}"
    if target.exists():
        return target
    if shutil.which("npm") is None:
        pytest.skip(f"npm is not on this machine; it installs {package} {version}, which this test asks with")

    def make(part: Path) -> None:
        command = ["npm", "install", "--silent", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
        done = subprocess.run([*command, f"{package}@{version}", *needed, "--prefix", str(part)], capture_output=True, text=True)
        assert done.returncode == 0, f"npm could not install {package} {version}: {done.stderr.strip()}"

    return made_once(target, make)
