"""The demo organisation on disk, and the configuration that points Fulcrum at it.

Everything lies in one folder: bare repositories, eval logs, experiment files, people.csv, the planted truth, fulcrum.toml, .env.
"""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

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
    former = [name for repository in organisation.world.repositories.values() for name in repository.former_names]
    kinds = sorted({run.kind for run in organisation.world.eval_runs})
    stores = "".join(f'\n[[sources.evals]]\nkind = "{kind}"\npath = "evals/{kind}"\n' for kind in kinds)
    organisation.config.write_text(
        f"""# The demo organisation. Its servers run while `fulcrum demo` does (`--serve` keeps them running).
organisation = "Acme AI (demo)"
timezone = "Europe/Berlin"

[sources.github]
api_url = "{github_api_url}"
tokens = ["${{DEMO_TOKEN}}"]
# Two are named by names that they had once, and found under those that they have now.
repositories = {{ include = {json.dumps(["acme/*", *former])} }}
incidents = {{ labels = [{json.dumps(issue_incidents.LABEL)}], severity = {_inline(issue_incidents.SEVERITIES)} }}

[sources.git]
mirrors = "mirrors"
remotes = ["acme/*"]
documents = ["**/runbooks/**"]

[sources.jira]
url = "{jira_url}"
email = "${{DEMO_JIRA_EMAIL}}"
token = "${{DEMO_TOKEN}}"
projects = ["ML", "INC"]
[sources.jira.incidents]
projects = ["INC"]
issue_types = ["Incident"]
severity_field = "Severity"
impact_start_field = "Impact start"
customer_impact_field = "Customer impact"
eval_attributable_field = "Eval attributable"
cause_field = "Caused by"
{stores}
[[sources.experiments]]
kind = "growthbook"
url = "{growthbook_url}"
token = "${{DEMO_TOKEN}}"

[[sources.experiments]]
kind = "unleash"
url = "{growthbook_url}{unleash.PATH}"
token = "${{DEMO_TOKEN}}"
repositories = {{ {unleash.PROJECT} = "{flags.REPOSITORY}" }}

[[sources.experiments]]
kind = "files"
path = "experiments"

[[sources.incidents]]
kind = "files"
path = "on-call"

[[sources.registers]]
name = "slices"
kind = "slices"
path = "registers/slices.csv"

[[sources.registers]]
name = "traffic"
kind = "traffic"
path = "registers/traffic.csv"

[[sources.registers]]
name = "project-contexts"
kind = "contexts"
path = "registers/contexts.csv"

[[sources.registers]]
name = "self-reports"
kind = "self_reports"
path = "registers/self_reports.csv"

[[sources.registers]]
name = "checkpoints"
kind = "checkpoints"
path = "registers/checkpoints.csv"

[[sources.registers]]
name = "spend"
kind = "spend"
path = "registers/spend.csv"

[[sources.registers]]
name = "surveys"
kind = "surveys"
path = "registers/surveys.csv"

[[sources.labels]]
name = "helpfulness"
kind = "records"
path = "labels/helpfulness.csv"
passing = ["good"]
judge = {{ task = "helpfulness_judge", scorer = "judge_helpfulness" }}
{_label_sets()}
[[sources.packets]]
name = "packets"
path = "packets"

[[sources.documents]]
name = "{documents.FOLDER}"
path = "documents"
url = "{documents.ADDRESS}"

[people]
directory = "people.csv"
splits = "splits.csv"

[[policy.expectations]]
level = "L5"
text = "Ships changes to models and prompts whose effect is measured"
lines = ["experiment_impact", "prompt_provenance"]

[[policy.expectations]]
level = "L6"
text = "Builds what other teams rely on, and keeps it honest"
lines = ["second_order_leverage", "eval_ownership"]

[[policy.expectations]]
level = "L7"
text = "Stops what does not work, with evidence, across teams"
lines = ["kill_decision"]
{"".join(map(_artifact, organisation.world.artifacts))}""",
        encoding="utf-8",
    )
    (organisation.root / ".env").write_text(f"DEMO_TOKEN={TOKEN}\nDEMO_JIRA_EMAIL={JIRA_EMAIL}\n", encoding="utf-8")


def _inline(table: dict[str, str]) -> str:
    """An inline table of plain text."""
    return f"{{ {', '.join(f'{json.dumps(name)} = {json.dumps(value)}' for name, value in table.items())} }}"


def _label_sets() -> str:
    """A `[[sources.labels]]` table for each of the vendor's batches, which arrive as one file each."""
    return "".join(f'\n[[sources.labels]]\nname = "{each.name}"\nkind = "records"\npath = "labels/{each.name}.csv"\n' for each in BATCHES)


def _artifact(artifact: dict[str, object]) -> str:
    """One `[[artifacts]]` table; the values are plain text and lists of text, which TOML writes as JSON does."""
    return "\n[[artifacts]]\n" + "".join(f"{name} = {json.dumps(value)}\n" for name, value in artifact.items())
