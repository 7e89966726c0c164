"""`fulcrum envelope`: said in CI, beside the results of an evaluation."""

import os
from pathlib import Path
from typing import Annotated

import typer

from connectors.evals import ci
from pipelines.cli.session import USAGE, fail, session_of


def register(app: typer.Typer) -> None:
    """Add this module's command."""
    app.command("envelope")(envelope)


def _told(option: str) -> str:
    about = ci.TEXTS[option]
    return f"{about[0].upper()}{about[1:]}."


def envelope(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(help="The folder of the results, or the file to write.")] = Path(ci.NAME),
    project: Annotated[str | None, typer.Option(help=_told("project"))] = None,
    harness: Annotated[str | None, typer.Option(help=_told("harness"))] = None,
    harness_version: Annotated[str | None, typer.Option(help=_told("harness-version"))] = None,
    dataset_version: Annotated[str | None, typer.Option(help=_told("dataset-version"))] = None,
    threshold: Annotated[float | None, typer.Option(help=_told("threshold"))] = None,
    head_sha: Annotated[str | None, typer.Option(help=_told("head-sha"))] = None,
    repository: Annotated[str | None, typer.Option(help=_told("repository"))] = None,
    pr: Annotated[int | None, typer.Option(help=_told("pr"))] = None,
) -> None:
    """Write evidence.json: which repository, commit, pull request and run an evaluation belongs to.

    Run it in CI after the evaluation, into the folder of its results. It knows GitHub Actions, GitLab CI, Azure Pipelines, CircleCI,
    Buildkite and Jenkins, and takes the head of a pull request, not the passing merge commit that these systems check out. Elsewhere it
    asks git. Needs no configuration and no home; `connectors/evals/ci.py` is the same as a single file, and
    `.github/actions/envelope` as an action.
    """
    session = session_of(context)
    given = {
        "project": project,
        "harness": harness,
        "harness_version": harness_version,
        "dataset_version": dataset_version,
        "threshold": threshold,
        "head_sha": head_sha,
        "repository": repository,
        "pr": pr,
    }
    try:
        made = ci.envelope(given, ci.surroundings(os.environ, ci.git))
    except ci.NoEnvelope as problem:
        raise fail(USAGE, str(problem)) from None
    target = ci.write(out, made)
    session.emit(made, lambda: session.out.print(ci.said(target, made)))
