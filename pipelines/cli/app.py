"""The command tree: global options, and which module answers to which command."""

import os
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

import connectors
import pipelines
from pipelines import memory
from pipelines.cli import brief, check, envelope, evidence, explain, kpi, people, runs, setup
from pipelines.cli.session import Session

OWNER = "fulcrum-evidence"

app = typer.Typer(
    name="fulcrum",
    help="Evidence for AI-engineering work: what an engineer's work made possible, and how we know.\n\n"
    "First steps: `fulcrum demo` shows everything on an invented organisation; `fulcrum init` starts your own.\n\n"
    "Exit codes: 0 done, 1 failed, 2 wrong usage or configuration, 3 partial, 4 refused.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fulcrum {version(OWNER)}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[Path, typer.Option(help="The configuration file.", envvar="FULCRUM_CONFIG")] = Path("fulcrum.toml"),
    home: Annotated[Path, typer.Option(help="The data directory.", envvar="FULCRUM_HOME")] = Path(".fulcrum"),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress, no talk; results and errors only.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The result as JSON on standard output; talk stays on standard error.")] = False,
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and leave.")] = False,  # noqa: ARG001
) -> None:
    """Hold the global options for the command that follows."""
    context.obj = Session(config, home, quiet, as_json)


setup.register(app)
runs.register(app)
people.register(app)
evidence.register(app)
explain.register(app)
kpi.register(app)
check.register(app)
brief.register(app)
envelope.register(app)


def _check_owner() -> None:
    """PyPI has unrelated packages named like ours; a mixed-up installation is named before it does anything."""
    for package in (connectors, pipelines):
        if getattr(package, "OWNER", None) != OWNER:
            raise SystemExit(
                f"fulcrum: the package {package.__name__!r} at {package.__file__} is not Fulcrum's; reinstall in a fresh environment"
            )


def main() -> None:
    """Entry point of the `fulcrum` command."""
    _check_owner()
    memory.collect_rarely()
    if os.environ.get("FULCRUM_HOME") == "":
        del os.environ["FULCRUM_HOME"]
    try:
        app()
    except BrokenPipeError:
        # The reader of a pipe has left (`fulcrum evidence ana | head`): nothing is wrong with us.
        sys.stdout = None  # type: ignore[assignment]
        raise SystemExit(0) from None
