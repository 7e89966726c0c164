"""Packages that only a test compares with, kept apart from our own environment. Nothing of them is committed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from tests.contract.installing import INTERPRETER, ROOT

CACHE = ROOT / ".fulcrum" / "pypi"


def pypi_folder(package: str, version: str, *options: str) -> Path:
    """A folder to import one version of a package from, without what it depends on; installed at first need, with options of pip."""
    target = CACHE / f"{package}-{version}"
    if target.exists():
        return target
    CACHE.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=CACHE))
    command = [INTERPRETER, "-m", "pip", "install", "--quiet", "--no-deps", *options, "--target", str(part), f"{package}=={version}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(part)
        pytest.fail(f"pip could not install {package} {version}: {done.stderr.strip()}")
    try:
        part.rename(target)
    except OSError:
        # Another worker was faster.
        shutil.rmtree(part)
    return target
