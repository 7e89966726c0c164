"""Runs a program in a process of its own and measures it: CPU with its children, peak memory, wall."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOKEN = "benchmark-token-that-opens-nothing-else"


@dataclass
class Measured:
    """What a program took and what it said of itself (its last line of output, as JSON).

    Attributes:
        cpu: user and system seconds, of the children it waited for as well.
        peak: most resident memory of one process, MiB; where the program does not say `peak` itself, not below that of this process, from
            which the system's own figure is inherited.
    """

    cpu: float
    wall: float
    peak: float
    said: dict[str, Any] = field(default_factory=dict)


def measured(*command: object) -> Measured:
    """Run a command of this environment to its end: a module's name, or a script's, and arguments.

    Raises:
        RuntimeError: when it fails.
    """
    started = time.perf_counter()
    script = Path(sys.executable).parent / str(command[0])
    program = [str(script)] if script.exists() else [sys.executable, "-m", str(command[0])]
    child = subprocess.Popen([*program, *map(str, command[1:])], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child.stdout:
        output = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - started
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{command[0]} ended with exit code {child.returncode}; its message is above")
    said = _said(output)
    return Measured(usage.ru_utime + usage.ru_stime, wall, said.get("peak") or usage.ru_maxrss / 1024, said)


def peak() -> float | None:
    """Most resident memory of this process since its program was started, MiB; None where the system does not tell (outside of Linux)."""
    path = Path("/proc/self/status")
    lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)


def _said(output: str) -> dict[str, Any]:
    """A program may print one JSON document over many lines or on its last one."""
    try:
        return json.loads(output)
    except json.JSONDecodeError:
        return json.loads(output.strip().rpartition("\n")[2])
