"""How tests install what only they need: with the uv that the project's `run` fetches, or with pip where there is none."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
INTERPRETER = getattr(sys, "_base_executable", sys.executable)
"""The interpreter that our environment was made of: it has pip, the environment itself has none."""


def made_once(target: Path, make: Callable[[Path], None]) -> Path:
    """A folder that is made at first need: beside its place and moved there whole, as another worker may be making it too."""
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(dir=target.parent, prefix=f"{target.name}."))
    try:
        make(part)
        try:
            part.rename(target)
        except OSError:
            assert target.exists(), f"{part} could not be moved to {target}"
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return target


@lru_cache
def _runner() -> ModuleType:
    """The project's `run`: it knows where uv is and which package index this machine uses."""
    spec = spec_from_loader("run", SourceFileLoader("run", str(ROOT / "run")))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@lru_cache
def _uv() -> tuple[str, tuple[str, ...]] | None:
    """Uv and the options that name the package index; about a tenth of pip's time for the same environment."""
    uv = _runner().find_uv()
    return (str(uv), tuple(_runner().index_options())) if uv else None


def make_environment(folder: Path) -> Path:
    """An environment in that folder; its interpreter."""
    uv = _uv()
    _run([uv[0], "venv", "--quiet", "--clear", "--python", INTERPRETER, str(folder)] if uv else [INTERPRETER, "-m", "venv", str(folder)])
    return folder / "bin" / "python"


def install(python: Path, requirements: tuple[str, ...], *options: str) -> None:
    """Install pinned packages into the environment of an interpreter, with options that uv and pip understand alike."""
    uv = _uv()
    start = [uv[0], "pip", "install", "--python", str(python), *uv[1]] if uv else [str(python), "-m", "pip", "install"]
    _run([*start, "--quiet", *options, *requirements])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=_runner().uv_environment())
    if done.returncode:
        pytest.fail(f"an installation failed, by {' '.join(command)}: {done.stderr.strip()[-2000:]}")
