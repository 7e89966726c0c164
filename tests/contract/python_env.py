"""Environments of their own for tools that the tests run and that Fulcrum cannot depend on: pinned, made once, used again."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.contract.installing import ROOT, install, made_once, make_environment

CACHE = ROOT / ".fulcrum" / "python"


def python_with(name: str, *requirements: str, without_dependencies: tuple[str, ...] = ()) -> Path:
    """The interpreter of an environment that holds pinned packages, made at first need.

    Args:
        name: folder of the environment; say the version in it, so that another one gets a folder of its own.
        requirements: what is installed, with what it needs.
        without_dependencies: what is installed as it is, for a file that it carries.
    """
    assert all("==" in requirement for requirement in (*requirements, *without_dependencies)), "pin every package"

    # Tools are run as modules: their scripts name the place where they were installed, from which the folder is moved.
    def make(part: Path) -> None:
        python = make_environment(part)
        install(python, requirements)
        if without_dependencies:
            install(python, without_dependencies, "--no-deps")

    return made_once(CACHE / name, make) / "bin" / "python"


def ran(command: list[str], folder: Path, environment: Mapping[str, str], ok: tuple[int, ...] = (0,)) -> str:
    """What a tool wrote to its output, run in a folder that is its home, with this environment and no other.

    Args:
        ok: codes with which it may end.
    """
    surroundings = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", **environment}
    done = subprocess.run(command, cwd=folder, env=surroundings, capture_output=True, text=True)
    assert done.returncode in ok, f"{' '.join(command)} ended with {done.returncode}: {done.stderr[-3000:]}{done.stdout[-1000:]}"
    return done.stdout
