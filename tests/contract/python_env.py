"""Environments of their own for tools that the tests run and that Fulcrum cannot depend on: pinned, made once, used again."""

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

CACHE = Path(__file__).resolve().parents[2] / ".fulcrum" / "python"


def python_with(name: str, *requirements: str, without_dependencies: tuple[str, ...] = ()) -> Path:
    """The interpreter of an environment that holds pinned packages, installed by pip at first need.

    Args:
        name: folder of the environment; say the version in it, so that another one gets a folder of its own.
        requirements: what is installed, with what it needs.
        without_dependencies: what is installed as it is, for a file that it carries.
    """
    assert all("==" in requirement for requirement in (*requirements, *without_dependencies)), "pin every package"
    target = CACHE / name
    if not target.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # Made beside its place and moved there, as another worker may be making it too. Tools are run as modules: their
        # scripts name the place where they were installed.
        part = Path(tempfile.mkdtemp(dir=CACHE, prefix=f"{name}."))
        python = str(part / "bin" / "python")
        _run([sys.executable, "-m", "venv", str(part)], name)
        _run([python, "-m", "pip", "install", "--quiet", *requirements], name)
        if without_dependencies:
            _run([python, "-m", "pip", "install", "--quiet", "--no-deps", *without_dependencies], name)
        try:
            part.rename(target)
        except OSError:
            assert target.exists(), f"{part} could not be moved to {target}"
    return target / "bin" / "python"


def _run(command: list[str], name: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.fail(f"the environment {name} could not be made, by {' '.join(command)}: {done.stderr.strip()[-2000:]}")


def ran(command: list[str], folder: Path, environment: Mapping[str, str], ok: tuple[int, ...] = (0,)) -> str:
    """What a tool wrote to its output, run in a folder that is its home, with this environment and no other.

    Args:
        ok: codes with which it may end.
    """
    surroundings = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    assert done.returncode in ok, f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-3000:]}{done.stdout[-1000:]}"
    return done.stdout
