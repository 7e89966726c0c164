"""The command line. The only place that knows about terminals, exit codes and Typer; every command calls one plain function.

`fulcrum --help` must stay quick: dbt, Dagster and dlt are imported inside the commands that need them.
"""

from pipelines.cli.app import main

__all__ = ["main"]
