"""The demo organisation on disk, and the configuration that points Fulcrum at it.

Everything lies in one folder: bare repositories, eval logs, experiment files, people.csv, the planted truth, fulcrum.toml, .env.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from pipelines.demo import eval_logs, git_repos, story, truth
from pipelines.demo.servers import unleash
from pipelines.demo.story import documents, flags, issue_incidents
from pipelines.demo.story.on_call import exported
from pipelines.demo.story.vendor_labels import BATCHES
from pipelines.demo.world import World

TOKEN = "demo-token-that-opens-nothing-else"  # noqa: S105 - accepted by the demo's own servers only
JIRA_EMAIL = "reader@acme.example"
PORTS = (8471, 8472, 8473)
"""Preferred ports of GitHub, Jira and GrowthBook: addresses are part of the answers, so a second sync sees nothing new only on
the same ones. A port in use is replaced by a free one."""


@dataclass(frozen=True)
class Organisation:
    """Where the organisation's files lie."""

    root: Path
    world: World

    @property
    def git(self) -> Path:
        """Bare repositories, `<owner>/<name>.git`."""
        return self.root / "git"

    @property
    def evals(self) -> Path:
        """The eval store."""
        return self.root / "evals"

    @property
    def experiments(self) -> Path:
        """The `files` experiment store."""
        return self.root / "experiments"

    @property
    def on_call(self) -> Path:
        """The `files` incident store: who was on call."""
        return self.root / "on-call"

    @property
    def registers(self) -> Path:
        """Registers that somebody keeps in files."""
        return self.root / "registers"

    @property
    def labels(self) -> Path:
        """Exports of what people labelled."""
        return self.root / "labels"

    @property
    def packets(self) -> Path:
        """The folder of performance packets."""
        return self.root / "packets"

    @property
    def documents(self) -> Path:
        """The folder of documents."""
        return self.root / "documents"

    @property
    def config(self) -> Path:
        """The configuration that reads this organisation."""
        return self.root / "fulcrum.toml"

    @property
    def truth(self) -> Path:
        """What was planted, and what must be found."""
        return self.root / "truth.json"


def found(root: Path, seed: int = 7, engineers: int = 40) -> Organisation:
    """Make the organisation of a seed anew below a folder."""
    return settle(root, story.build(seed, engineers))


def settle(root: Path, world: World) -> Organisation:
    """Make a world's repositories, stores and files anew below a folder."""
    shutil.rmtree(root, ignore_errors=True)
    organisation = Organisation(root, world)
    git_repos.materialise(world, organisation.git)
    eval_logs.write(world, organisation.evals)
    written = (
        (organisation.experiments, world.experiment_files),
        (organisation.registers, world.register_files),
        (organisation.labels, world.label_files),
        (organisation.packets, world.packet_files),
        (organisation.documents, world.document_files),
    )
    for folder, files in written:
        folder.mkdir()
        for name, content in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")
    organisation.on_call.mkdir()
    (organisation.on_call / "shifts.json").write_text(exported(world.on_call_shifts), encoding="utf-8")
    (root / "people.csv").write_text(world.people_csv, encoding="utf-8")
    (root / "splits.csv").write_text(world.splits_csv, encoding="utf-8")
    truth.write(world, organisation.truth)
    return organisation


def configure(organisation: Organisation, github_api_url: str, jira_url: str, growthbook_url: str) -> None:
    """Write fulcrum.toml and .env for servers at these addresses."""
    world = organisation.world
    former = [name for repository in world.repositories.values() for name in repository.former_names]
    kinds = sorted({run.kind for run in world.eval_runs})
    template = Template((Path(__file__).parent / "fulcrum.toml").read_text(encoding="utf-8"))
    # What stands for secrets, as ${DEMO_TOKEN}, is no business of this: Fulcrum finds it in .env.
    text = template.safe_substitute(
        github_api_url=github_api_url,
        jira_url=jira_url,
        growthbook_url=growthbook_url,
        unleash_url=f"{growthbook_url}{unleash.PATH}",
        unleash_project=unleash.PROJECT,
        flagged_repository=flags.REPOSITORY,
        repositories=json.dumps(["acme/*", *former]),
        incident_label=issue_incidents.LABEL,
        severities=_inline(issue_incidents.SEVERITIES),
        eval_stores="".join(_table("sources.evals", {"kind": kind, "path": f"evals/{kind}"}) for kind in kinds),
        label_sets="".join(
            _table("sources.labels", {"name": batch.name, "kind": "records", "path": f"labels/{batch.name}.csv"}) for batch in BATCHES
        ),
        document_folder=documents.FOLDER,
        document_address=documents.ADDRESS,
        artifacts="".join(_table("artifacts", artifact) for artifact in world.artifacts),
    )
    organisation.config.write_text(text, encoding="utf-8")
    (organisation.root / ".env").write_text(f"DEMO_TOKEN={TOKEN}\nDEMO_JIRA_EMAIL={JIRA_EMAIL}\n", encoding="utf-8")


def _inline(table: dict[str, str]) -> str:
    """An inline table of plain text."""
    return f"{{ {', '.join(f'{json.dumps(name)} = {json.dumps(value)}' for name, value in table.items())} }}"


def _table(name: str, values: Mapping[str, object]) -> str:
    """One table of a list; the values are plain text and lists of text, which TOML writes as JSON does."""
    return f"\n[[{name}]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
