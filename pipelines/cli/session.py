"""What every command shares: where configuration and home lie, how results and talk are written, how failures end."""

import json
import os
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console

if TYPE_CHECKING:
    from pipelines.config import Settings
    from pipelines.warehouse import Home

DONE, FAILED, USAGE, PARTIAL, REFUSED = 0, 1, 2, 3, 4
PIPE_WIDTH = 118


@dataclass(frozen=True)
class Session:
    """The global options of one call."""

    config: Path
    home_path: Path
    quiet: bool
    as_json: bool

    @property
    def home(self) -> "Home":
        """The data directory."""
        from pipelines.warehouse import Home

        return Home(self.home_path.resolve())

    @property
    def out(self) -> Console:
        """Results."""
        is_terminal = sys.stdout.isatty()
        # Into a file or a pipe, a table of eighty columns breaks its words.
        width = None if is_terminal or "COLUMNS" in os.environ else PIPE_WIDTH
        return Console(soft_wrap=not is_terminal, highlight=False, width=width)

    @property
    def talk(self) -> Console:
        """Everything that is not the result."""
        return Console(stderr=True, quiet=self.quiet, highlight=False)

    def settings(self) -> "Settings":
        """The configuration, read and checked."""
        from pipelines import config

        return config.load(self.config)

    def emit(self, document: Any, show: Callable[[], None]) -> None:
        """Write a result: as JSON when asked for, else by `show`."""
        if self.as_json:
            sys.stdout.write(json.dumps(document, indent=2, default=_plain, ensure_ascii=False) + "\n")
        else:
            show()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def session_of(context: typer.Context) -> Session:
    """The session that the main callback made."""
    return context.obj


def fail(code: int, message: str, hint: str = "") -> typer.Exit:
    """Say what went wrong on standard error and leave with a code."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print("[bold red]error:[/] ", end="")
    console.print(message, markup=False)
    if hint:
        console.print("[bold]hint:[/] ", end="")
        console.print(hint, markup=False)
    return typer.Exit(code)


@contextmanager
def explained_failures() -> Generator[None]:
    """Turn the failures that a user can act on into one plain message and the right exit code.

    The one boundary that catches everything: the failures' modules are heavy, and are asked only once something has failed.
    """
    try:
        yield
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:
        ending = _explained(error)
        if ending is None:
            raise
        raise ending from None


def _explained(error: Exception) -> typer.Exit | None:
    """How a known failure ends; None for one that is a defect of ours, whose trace is wanted."""
    from connectors.errors import SourceError
    from pipelines.config import BadConfiguration
    from pipelines.evidence.periods import BadPeriod
    from pipelines.gates import SuspiciousLoad
    from pipelines.identity import DecisionRefused
    from pipelines.packets.reading import BadPacket
    from pipelines.transform import TransformFailed
    from pipelines.warehouse import WarehouseBusy

    match error:
        case BadConfiguration():
            return fail(USAGE, f"the configuration has {len(error.faults)} fault(s):\n{error}", "mend them all, then run `fulcrum doctor`")
        case BadPeriod() | BadPacket() | LookupError():
            return fail(USAGE, str(error.args[0] if error.args else error))
        case SuspiciousLoad() | DecisionRefused():
            return fail(REFUSED, str(error))
        case TransformFailed():
            return fail(FAILED, str(error), "readers keep the last good snapshot")
        case FileNotFoundError() | WarehouseBusy() | SourceError():
            return fail(FAILED, str(error))
        case _:
            return None
