"""What each source is opened with, and what the models must know of the configuration."""

import json
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any

import duckdb

from connectors import registry
from connectors.contract import Meter
from connectors.documents.options import DocumentsOptions
from connectors.evals.options import EvalsOptions
from connectors.experiments.options import ExperimentsOptions
from connectors.git.options import ArtifactOptions, GitOptions
from connectors.github.options import GithubOptions
from connectors.incidents.options import IncidentsOptions
from connectors.labels.options import LabelsOptions
from connectors.packets.options import NamedArtifact, PacketsOptions
from connectors.people.options import PeopleOptions
from connectors.registers.options import RegistersOptions
from pipelines.config import Settings

LISTED: Mapping[str, Callable[[Any], Any]] = {
    "incidents": lambda stores: IncidentsOptions(stores=stores),
    "evals": lambda stores: EvalsOptions(stores=stores),
    "experiments": lambda stores: ExperimentsOptions(stores=stores),
    "labels": lambda sets: LabelsOptions(sets=sets),
    "registers": lambda registers: RegistersOptions(registers=registers),
    "documents": lambda folders: DocumentsOptions(folders=folders),
}
"""Sources that are a list of stores and nothing else."""


def configured(settings: Settings) -> dict[str, Any]:
    """Options of every configured source, by name, in the order in which a sync reads them."""
    opened = {name: options_of(settings, name) for name in registry.MODULES}
    return {name: options for name, options in opened.items() if options is not None}


def options_of(settings: Settings, name: str) -> Any | None:
    """A source's options; None where the configuration does not name it."""
    sources = settings.sources
    match name:
        case "people":
            people = settings.people
            artifacts = tuple(artifact.id for artifact in settings.artifacts)
            return PeopleOptions(**people.model_dump(), artifacts=artifacts) if people.directory.exists() else None
        case "github":
            return sources.github
        case "git":
            return _git(settings) if sources.git else None
        case "jira":
            return sources.jira
        case "packets":
            return _packets(settings) if sources.packets else None
        case _ if name in LISTED:
            given = getattr(sources, name)
            return LISTED[name](given) if given else None
        case _:
            raise KeyError(f"unknown source {name!r}; known: {', '.join(registry.MODULES)}")


def _git(settings: Settings) -> GitOptions:
    """File history needs to know what counts as a prompt (said once, under github) and which artifacts may be cited."""
    git, github = settings.sources.git, settings.sources.github
    assert git is not None
    artifacts = tuple(
        ArtifactOptions(id=a.id, repository=a.repository, packages=a.packages, modules=a.modules, names=a.names, path_globs=a.path_globs)
        for a in settings.artifacts
    )
    options: dict[str, Any] = {"mirrors": git.mirrors, "remotes": git.remotes, "documents": git.documents, "artifacts": artifacts}
    if github:
        # Left out, the connector's own patterns stay: an empty list would say that nothing is a rubric.
        options |= {name: globs for name, globs in (("prompts", github.prompts), ("rubrics", github.rubrics)) if globs}
        options |= {"token": github.tokens[0]} if github.tokens else {"token_now": _of_app(github)}
    return GitOptions(**options)


def _packets(settings: Settings) -> PacketsOptions:
    """What a packet keeps of its text depends on how the artifacts are called."""
    artifacts = [
        NamedArtifact(id=a.id, names=tuple(filter(None, (a.name, *a.names, *a.packages, a.repository)))) for a in settings.artifacts
    ]
    return PacketsOptions(folders=settings.sources.packets, artifacts=tuple(artifacts))


def _of_app(github: GithubOptions) -> Callable[[str], str]:
    """Gives the App's present token for clones of an owner's repositories; nothing is asked before it is needed."""
    lock, clients = Lock(), list[Any]()

    def token(owner: str) -> str:
        from connectors.github.client import GithubClient

        with lock:
            if not clients:
                clients.append(GithubClient(github, Meter()))
        return clients[0].clone_token(owner)

    return token


def write_config(connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """Fill `raw_config` with what the models read: artifacts, project groups, and single values."""
    tables = {
        "artifacts": [
            [
                a.id,
                a.kind,
                a.name or (a.names[0] if a.names else a.id),
                a.repository,
                *map(_json, (a.path_globs, a.packages, a.workflows, a.names)),
            ]
            for a in settings.artifacts
        ],
        "project_groups": [[p.id, p.name or p.id, repository, p.owner_team] for p in settings.projects for repository in p.repositories],
        "settings": [list(pair) for pair in _values(settings)],
        "services": [[service.name, repository] for service in settings.services for repository in service.repositories],
        "dismissed_neighbours": [[d.launch, d.kind, d.neighbour, d.by, d.on, d.reason] for d in settings.dismissed_neighbours],
        "closed_periods": [[c.period, c.by, c.on, c.reason] for c in settings.closed_periods],
        "period_corrections": [[c.period, c.artifact, c.by, c.on, c.reason] for c in settings.period_corrections],
        "incident_labels": [list(row) for row in _incident_labels(settings)],
    }
    for name, rows in tables.items():
        connection.execute(f"delete from raw_config.{name}")
        if rows:
            connection.executemany(f"insert into raw_config.{name} values ({', '.join('?' * len(rows[0]))})", rows)


def _values(settings: Settings) -> Iterator[tuple[str, str]]:
    incidents = settings.sources.jira.incidents if settings.sources.jira else None
    yield "organisation", settings.organisation
    yield "timezone", settings.timezone
    yield "review_lines", _json(settings.policy.review_lines) if settings.policy.review_lines else "null"
    yield "incident_projects", _json(incidents.projects if incidents else ())
    yield "incident_issue_types", _json(incidents.issue_types if incidents else ())
    yield "eval_attributable_field", (incidents.eval_attributable_field if incidents else None) or ""
    yield "eval_attributable_labels", _json(settings.policy.eval_attributable_labels)
    kpis = settings.policy.kpis
    yield "kpi_owners", json.dumps(kpis.owners)
    yield "kpi_targets", json.dumps(kpis.targets)
    for name, pattern in (("safety_pattern", kpis.safety_pattern), ("injection_pattern", kpis.injection_pattern)):
        if pattern is not None:
            yield name, pattern
    issues = settings.sources.github.incidents if settings.sources.github else None
    yield "incident_repositories", _json(issues.repositories if issues else ())
    yield "configured_sources", _json(tuple(configured(settings)))


def _incident_labels(settings: Settings) -> Iterator[tuple[str, str, str | None]]:
    """Labels of GitHub issues that mean something for incidents: what, the label in lower case, and the severity where it is one."""
    issues = settings.sources.github.incidents if settings.sources.github else None
    for label in dict.fromkeys(label.lower() for label in (issues.labels if issues else ())):
        yield "incident", label, None
    for label, severity in (issues.severity if issues else {}).items():
        yield "severity", label.lower(), severity


def _json(value: tuple[str, ...]) -> str:
    return json.dumps(list(value))
