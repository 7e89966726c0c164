"""The 25 repositories of the demo organisation: what each is for, who works in it, how busy it is, and its first files."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath

from pipelines.demo.story.checks import ACTIONS_APP, GATE_CONTEXT
from pipelines.demo.story.clock import Script, berlin, days
from pipelines.demo.story.code import module, settings
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tree import Write
from pipelines.demo.world import Repository, RequiredCheck


@dataclass(frozen=True)
class Plot:
    """One repository as planned."""

    name: str
    about: str
    cast: tuple[str, ...] = ()
    extras: int = 0
    """How many colleagues outside the named cast work here too."""
    pace: int = 0
    """Ordinary pull requests a quarter."""
    founder: str = ""
    made: tuple[int, int, int] = (2025, 6, 2)
    gated: bool = False
    has_tests: bool = True
    has_code: bool = True
    is_private: bool = True


PLOTS = (
    Plot("eval-harness", "Runs eval suites in CI and says whether a change may merge.", founder="ana", made=(2025, 2, 10)),
    Plot("prompt-library", "Prompts that several assistants share.", founder="dora", made=(2025, 5, 12)),
    Plot("judge-kit", "Model judges with their rubrics and labelled sets.", founder="lev", made=(2025, 5, 19)),
    Plot("long-context-routing", "Chooses a model by the length of the context.", ("ines", "jonas", "hugo"), 2, 9, "ines", gated=True),
    Plot("safety-classifier", "Classifies requests before they reach a model.", ("hugo", "lev", "gita"), 3, 10, "hugo", gated=True),
    Plot("support-agent", "Answers customers' questions.", ("farah", "gita", "ines", "dora"), 2, 7, "farah", gated=True),
    Plot("voice-router", "Sends spoken requests to the right assistant.", ("gita", "dora", "kira"), 3, 6, "gita"),
    Plot("search-ranker", "Ranks passages for retrieval.", ("jonas", "emil", "kira"), 3, 8, "jonas"),
    Plot("labeling-svc", "Queues items for expert labels.", ("emil", "farah"), 3, 6, "emil"),
    Plot("onboarding-docs", "How to start at Acme.", ("dora", "emil"), 2, 4, "dora", has_tests=False),
    Plot("recsys-lab", "Experiments with recommendations.", ("jonas", "emil"), 2, 5, "jonas"),
    Plot("mobile-assistant", "The assistant in the mobile app.", ("gita", "ines"), 3, 6, "gita"),
    Plot("nightly-shell", "Scripts of the night shift.", ("emil",), 0, 4, "emil"),
    Plot("billing-api", "Invoices and plans.", ("dora", "jonas"), 3, 7, "dora"),
    Plot("search-ui", "The search page.", ("kira", "jonas", "dora"), 3, 8, "jonas", is_private=False),
    Plot("data-platform", "Pipelines behind the assistants.", ("emil", "hugo"), 4, 9, "emil"),
    Plot("feature-store", "Features for ranking.", ("jonas", "emil"), 2, 6, "jonas", made=(2025, 3, 3)),
    Plot("ana-playground", "Things that Ana tries out.", ("ana", "ben"), 0, 4, "ana"),
    Plot("service-template", "Start a service from here.", founder="hugo"),
    Plot("notify-service", "Sends notifications.", ("dora", "lev"), 2, 5, made=(2025, 9, 1)),
    Plot("legacy-ranker", "The ranker before the present one.", founder="jonas", made=(2025, 3, 10)),
    Plot("partner-connector", "Lets partners call the assistant.", ("jonas", "dora"), 2, 4, "jonas"),
    Plot("safety-classifier-fork", "", ()),
    Plot("empty-idea", "An idea without a first commit."),
    Plot("voice-clone", "Closed down."),
)
FORMER_NAMES = {"labeling-svc": ("acme/label-queue",), "ana-playground": ("ana-kovac/playground",)}
"""One was renamed before the year began, one was somebody's own; both are still configured by these names."""
UNFOUNDED = ("notify-service", "safety-classifier-fork", "empty-idea", "voice-clone")
"""Repositories whose first commit, if any, is another story's."""


def found_all(stage: Stage) -> None:
    """Put every repository on the stage, and let its founder push the first files when its day comes."""
    colleagues = stage.colleagues()
    taken = 0
    for plot in PLOTS:
        crew = [colleagues[(taken + n) % len(colleagues)] for n in range(plot.extras)] if colleagues else []
        taken += plot.extras
        made = berlin(*plot.made)
        site = Site(
            _repository(stage, plot, made), people=(*plot.cast, *crew), package=plot.name.replace("-", "_"), has_tests=plot.has_tests
        )
        stage.sites[plot.name] = site
        stage.world.repositories[site.repository.full_name] = site.repository
        if plot.name not in UNFOUNDED:
            stage.tell(_first_files(stage, site, plot), made)


def readme(plot: Plot, more: Iterable[str] = ()) -> str:
    """A README's text."""
    title = plot.name.replace("-", " ").capitalize()
    return "\n".join([f"# {title}", "", plot.about, "", *more, "Questions: ask the team in its channel."])


def plot(name: str) -> Plot:
    """The plan of one repository."""
    return next(each for each in PLOTS if each.name == name)


def python_project(name: str, dependencies: Iterable[str], more: str = "") -> str:
    """A pyproject.toml."""
    listed = "".join(f'    "{dependency}",\n' for dependency in dependencies)
    return f'[project]\nname = "{name}"\nversion = "0.1.0"\ndependencies = [\n{listed}]\n{more}'


def _repository(stage: Stage, plot: Plot, made: datetime) -> Repository:
    checks = (RequiredCheck(GATE_CONTEXT, ACTIONS_APP, "ruleset", stage.new_id("ruleset")),) if plot.gated else ()
    return Repository(
        repository_id=stage.new_id("repository"),
        owner="acme",
        name=plot.name,
        # GitHub knew the repository a little before its first commit arrived.
        created_at=made.astimezone(UTC) - timedelta(minutes=7),
        pushed_at=made,
        description=plot.about,
        is_private=plot.is_private,
        former_names=FORMER_NAMES.get(plot.name, ()),
        is_archived=plot.name == "legacy-ranker",
        is_empty=plot.name == "empty-idea",
        is_gone=plot.name == "voice-clone",
        is_template=plot.name == "service-template",
        required_checks=checks,
    )


def _first_files(stage: Stage, site: Site, plot: Plot) -> Script:
    """The first commits, straight onto main as people do before there is anybody to review."""
    rng = stage.rng(f"first files of {plot.name}")
    stage.push(site, plot.founder, "First commit", [Write("README.md", readme(plot))])
    yield days(1)
    if plot.name in ("eval-harness", "prompt-library", "judge-kit"):
        return  # their code is a story of its own
    code = [
        Write(f"src/{site.package}/core.py", module(site, rng, f"Core of {plot.name}")),
        Write(f"src/{site.package}/settings.py", f'"""Settings of {plot.name}."""\n' + settings(site, rng, 12)),
        Write(_manifest_path(plot), _manifest(plot)),
        *([Write(".github/workflows/ci.yml", _CI)] if plot.has_tests else []),
    ]
    stage.push(site, plot.founder, "Bring over the code", code if plot.has_code else [])


def _manifest_path(plot: Plot) -> str:
    return {"search-ui": "package.json", "support-agent": "requirements.txt", "billing-api": "requirements-dev.txt"}.get(
        plot.name, "pyproject.toml"
    )


def _manifest(plot: Plot) -> str:
    path = PurePosixPath(_manifest_path(plot))
    if path.suffix == ".json":
        return '{\n  "name": "search-ui",\n  "dependencies": {\n    "react": "^19.0.0"\n  }\n}\n'
    if path.suffix == ".txt":
        return "httpx==0.28.1\npydantic==2.11.0\n"
    return python_project(plot.name, ["httpx>=0.27", "pydantic>=2.7"])


_CI = """name: CI
on: [pull_request]
jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v4
      - run: pip install .
      - run: pytest
"""
