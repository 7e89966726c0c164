"""The sections of `fulcrum.toml`: what each may say. How the file is read, and what is told of its faults, is not here (`config.py`)."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from connectors.documents.options import DocumentFolder
from connectors.evals.options import AnyStore
from connectors.experiments.options import Stores as ExperimentStores
from connectors.github.options import GithubOptions
from connectors.incidents.options import IncidentStore
from connectors.jira.options import JiraOptions
from connectors.labels.options import LabelSet
from connectors.packets.options import PacketFolder
from connectors.registers.options import Register


class Section(BaseModel):
    """A part of the file: frozen, and an unknown key is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class GitSource(Section):
    """File history from mirror clones."""

    mirrors: Path = Path(".fulcrum/mirrors")
    remotes: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()


class Sources(Section):
    """Where evidence comes from; a source that is not named is not read."""

    github: GithubOptions | None = None
    git: GitSource | None = None
    jira: JiraOptions | None = None
    incidents: tuple[IncidentStore, ...] = ()
    evals: tuple[AnyStore, ...] = ()
    experiments: ExperimentStores = ()
    labels: tuple[LabelSet, ...] = ()
    registers: tuple[Register, ...] = ()
    packets: tuple[PacketFolder, ...] = ()
    documents: tuple[DocumentFolder, ...] = ()


class People(Section):
    """Who is who."""

    directory: Path = Path("people.csv")
    decisions: Path = Path("people-decisions.jsonl")
    scim: Path | None = None
    splits: Path | None = None


class Artifact(Section):
    """Something built for others that can have leverage."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    kind: str
    name: str = ""
    repository: str
    packages: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    workflows: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    path_globs: tuple[str, ...] = ()


class Project(Section):
    """Repositories that count as one project, and the team that owns them."""

    id: str
    name: str = ""
    repositories: tuple[str, ...] = ()
    owner_team: str = ""


class Service(Section):
    """A service as incident stores call it, and the repositories that it is built from."""

    name: str = Field(min_length=1)
    """Its name or its id in the store; letter case does not matter."""
    repositories: tuple[str, ...] = Field(min_length=1)


class DismissedNeighbour(Section):
    """Something that shipped beside a launch without a control and, as somebody says, did not move its metric."""

    launch: str = Field(min_length=1)
    """Id of the launch, in Fulcrum or in its store."""
    kind: Literal["launch", "prompt_change", "flag", "deployment", "incident", "vendor_drift"]
    neighbour: str = Field(min_length=1)
    """`neighbour_id` of core.bridge_launch_neighbours."""
    by: str = Field(min_length=1)
    """Who says so: a person_id or an account of theirs; nobody of the launch itself."""
    on: date
    reason: str = Field(min_length=1)


PeriodId = Annotated[str, Field(pattern=r"^\d{4}(H[12]|Q[1-4])$")]


class ClosedPeriod(Section):
    """A half-year or quarter whose leverage stays as it was when the first build after this entry had it."""

    period: PeriodId
    by: str = Field(min_length=1)
    on: date
    reason: str = Field(min_length=1)

    @field_validator("on")
    @classmethod
    def _after_its_end(cls, value: date, info: ValidationInfo) -> date:
        if "period" in info.data and value < (end := _end_of(info.data["period"])):
            raise ValueError(f"{info.data['period']} can be closed from {end.isoformat()} on; found {value.isoformat()}")
        return value


def _end_of(period: str) -> date:
    """First day after a half-year or quarter."""
    months = int(period[5:]) * (6 if period[4] == "H" else 3)
    return date(int(period[:4]) + months // 12, months % 12 + 1, 1)


class PeriodCorrection(Section):
    """Leave to compute one artifact's leverage in a closed period once more, from what is known by then."""

    period: PeriodId
    artifact: str = Field(min_length=1)
    by: str = Field(min_length=1)
    """Who approved it."""
    on: date
    reason: str = Field(min_length=1)


class Retention(Section):
    """How long classes of data are kept."""

    raw_answers: str = Field(default="400d", pattern=r"^\d+d$")


class Expectation(Section):
    """Something that is expected at a level, and the review lines whose rows speak to it."""

    level: str = Field(min_length=1)
    """As people.csv spells it; levels ascend in the order of the file."""
    text: str = Field(min_length=1)
    lines: tuple[str, ...] = Field(min_length=1)


KpiId = Annotated[str, Field(pattern=r"^K(0[1-9]|1[0-9]|2[0-3])$")]


class Kpis(Section):
    """What the organisation has decided about KPIs; what each of them is stands in the table kpi.kpi_definitions."""

    owners: dict[KpiId, str] = Field(default_factory=dict)
    """Who answers for a KPI: a team or a role."""
    targets: dict[KpiId, float] = Field(default_factory=dict)
    """Targets in place of the usual ones, in the KPI's unit."""
    safety_pattern: str | None = None
    """Regular expression for the names of eval tasks, slices and failure modes that are safety cases."""
    injection_pattern: str | None = None
    """The same for attacks by prompt injection."""


class Policy(Section):
    """What the organisation has decided."""

    review_lines: tuple[str, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    """Shown beside evidence by `fulcrum brief`; nothing is computed from them."""
    eval_attributable_labels: tuple[str, ...] = ("eval-gap", "eval-attributable")
    """Labels by which people say that an eval should have caught an incident."""
    kpis: Kpis = Kpis()
    retention: Retention = Retention()


class Publishing(Section):
    """How many snapshots stay for rollback and for questions about the past."""

    keep: int = Field(default=7, ge=1)
