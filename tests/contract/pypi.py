"""Packages that only a test compares with, kept apart from our own environment. Nothing of them is committed."""

import subprocess
from pathlib import Path

import pytest

from tests.contract.installing import INTERPRETER, ROOT, made_once

CACHE = ROOT / ".fulcrum" / "pypi"


def pypi_folder(package: str, version: str, *options: str) -> Path:
    """A folder to import one version of a package from, without what it depends on; installed at first need, with options of pip."""

    def make(part: Path) -> None:
        command = [INTERPRETER, "-m", "pip", "install", "--quiet", "--no-deps", *options, "--target", str(part), f"{package}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            pytest.fail(f"pip could not install {package} {version}: {done.stderr.strip()}")

    return made_once(CACHE / f"{package}-{version}", make)
