"""The three artifacts that others build on, and who wrote them: the eval harness, the prompt library, the judge kit."""

from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal

from pipelines.demo.story.cast import ACTIONS, CLAUDE, CONTRACTOR, COPILOT, MIRA, OLD_EMAIL, RENOVATE
from pipelines.demo.story.catalogue import plot, python_project
from pipelines.demo.story.checks import TESTS, check
from pipelines.demo.story.clock import Script, berlin, hours
from pipelines.demo.story.code import function, module
from pipelines.demo.story.facts import Use, snapshot_lines, uses
from pipelines.demo.story.pulls import Change, Work, merge, open_pull, review
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tree import Append, Edit, Swap, Write, content
from pipelines.demo.world import Signature

ARTIFACTS: list[dict[str, Any]] = [
    {
        "id": "eval-harness",
        "kind": "harness",
        "name": "Acme Eval Harness",
        "repository": "acme/eval-harness",
        "packages": ["acme-evals"],
        "workflows": ["acme/eval-harness/.github/workflows/gate.yml"],
        "names": ["Acme Eval Harness", "acme-evals"],
    },
    {
        "id": "prompt-library",
        "kind": "prompt_library",
        "name": "Acme Prompt Library",
        "repository": "acme/prompt-library",
        "packages": ["acme-prompts"],
        "workflows": [],
        "names": ["Acme Prompt Library", "acme-prompts"],
    },
    {
        "id": "judge-kit",
        "kind": "judge",
        "name": "Acme Judge Kit",
        "repository": "acme/judge-kit",
        "packages": ["acme-judges"],
        "workflows": [],
        "names": ["Acme Judge Kit", "acme-judges"],
    },
]
SNAPSHOT_DAYS = ("2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01")
VENDORED_FILES = tuple(f"src/acme_evals/{name}.py" for name in ("schema", "stats", "records"))
"""Files of the harness that never change after they were written: somebody copies them."""


@dataclass(frozen=True)
class Step:
    """One pull request in an artifact's history."""

    day: tuple[int, int, int]
    who: str
    title: str
    file: str
    pieces: int = 2
    co_authors: tuple[Signature, ...] = ()
    email: str = ""
    merged_by: str = "ben"
    how: Literal["squash", "merge"] = "squash"


BEN, ANA, DORA, LEV = (
    Signature("Ben Okafor", "ben@acme.example"),
    Signature("Ana Kovač", "ana@acme.example"),
    Signature("Dora Lindqvist", "dora@acme.example"),
    Signature("Lev Aronson", "lev@acme.example"),
)
HARNESS_STEPS = (
    Step((2025, 7, 3), "ana", "Read suites from a folder", "suites", 3),
    Step((2025, 7, 8), "ana", "Let other repositories call the gate", "gate", 2),
    Step((2025, 7, 10), "ana", "Describe samples by a schema", "schema", 4),
    Step((2025, 7, 15), "ben", "Report per slice", "slices", 3),
    Step((2025, 7, 17), "ben", "Intervals for pass rates", "stats", 4),
    Step((2025, 7, 22), "ana", "Retry scorers that time out", "scorers", 3, (CLAUDE,)),
    Step((2025, 7, 24), "ana", "Keep a record of every sample", "records", 4),
    Step((2025, 7, 30), "ana", "Thresholds per suite", "thresholds", 2, (BEN,)),
    Step((2025, 8, 6), "chi", "Run samples in parallel", "parallel", 3, merged_by="ana"),
    Step((2025, 8, 20), "mira-solberg", "Export results as JSON lines", "export", 2, merged_by="ana"),
    Step((2025, 9, 2), "ana", "Stop early when a threshold is out of reach", "gate", 2),
    Step((2025, 9, 16), "ben", "Compare with the last green run", "compare", 3, merged_by="ana"),
    Step((2025, 9, 25), "ana", "Group failures by mode", "modes", 2, email=OLD_EMAIL),
    Step((2025, 10, 14), "ana", "Score long contexts in pieces", "long_context", 3),
    Step((2025, 10, 28), "ben", "Say which samples are new", "compare", 2, (ANA,), merged_by="chi"),
    Step((2025, 11, 11), "ana", "Refuse to pass when nothing was scored", "gate", 2, (CLAUDE,)),
    Step((2025, 12, 9), "chi", "Cancel workers cleanly", "parallel", 2, merged_by="ana"),
    Step((2026, 1, 13), "ana", "Cost per run", "cost", 3),
    Step((2026, 2, 10), "ana", "Weights per slice", "slices", 2),
    Step((2026, 2, 24), "ana", "Cache model answers", "cache", 3, how="merge"),
    Step((2026, 3, 10), "ben", "Report drift of judges", "drift", 3, merged_by="ana"),
    Step((2026, 4, 21), "ana", "Repeat unstable samples", "repeat", 2),
    Step((2026, 5, 5), "ana", "Read suites written by partners", "suites", 2, (CONTRACTOR,)),
    Step((2026, 5, 19), "ben-okafor-oss", "Faster intervals", "drift", 2, merged_by="chi"),
    Step((2026, 6, 2), "ana", "Explain a blocked merge in words", "explain", 3),
    Step((2026, 6, 16), "chi", "Limit workers by memory", "parallel", 1, merged_by="ana"),
)
LIBRARY_STEPS = (
    Step((2025, 7, 4), "dora", "Greeting and closing", "greeting", 2, merged_by="chi"),
    Step((2025, 8, 13), "chi", "Citations", "citations", 2, merged_by="dora"),
    Step((2025, 9, 17), "kira", "Search answers", "search", 2, merged_by="dora"),
    Step((2025, 10, 22), "dora", "Refusals", "refusals", 3, (COPILOT,), merged_by="chi"),
    Step((2025, 12, 3), "chi", "Tables", "tables", 1, (DORA,), merged_by="dora"),
    Step((2026, 2, 4), "dora", "Languages", "languages", 2, merged_by="chi"),
    Step((2026, 4, 15), "chi", "Shorter citations", "citations", 1, merged_by="dora"),
)
JUDGE_STEPS = (
    Step((2025, 7, 7), "lev", "A judge for tone", "tone", 2),
    Step((2025, 8, 26), "ben", "Agreement with raters", "agreement", 2, merged_by="lev"),
    Step((2025, 10, 7), "lev", "Judge in two passes", "passes", 3),
    Step((2026, 1, 20), "lev", "Rotate answer order", "order", 2),
    Step((2026, 3, 17), "ben", "Bootstrap agreement", "agreement", 1, (LEV,), merged_by="lev"),
    Step((2026, 5, 12), "lev", "Judge citations", "citations", 2),
)


def histories(stage: Stage) -> None:
    """Schedule the histories of the three artifacts."""
    stage.world.artifacts = ARTIFACTS
    stage.tell(_harness_beginnings(stage), berlin(2025, 2, 11, 11))
    stage.tell(_beginnings(stage, "prompt-library", "dora", "acme-prompts"), berlin(2025, 5, 13, 11))
    stage.tell(_beginnings(stage, "judge-kit", "lev", "acme-judges"), berlin(2025, 5, 20, 11))
    for name, package, steps in (
        ("eval-harness", "acme_evals", HARNESS_STEPS),
        ("prompt-library", "acme_prompts", LIBRARY_STEPS),
        ("judge-kit", "acme_judges", JUDGE_STEPS),
    ):
        for step in steps:
            rng = stage.rng(f"{name} {step.title}")
            stage.tell(_landed(stage, stage.sites[name], package, step, rng), berlin(*step.day, 10, rng.randrange(60)))
    stage.tell(_harness_upkeep(stage), berlin(2025, 7, 10, 17))
    stage.tell(_snapshots(stage), datetime(2025, 9, 30, 23, tzinfo=UTC))


def _beginnings(stage: Stage, name: str, founder: str, package: str) -> Script:
    """The first pushes of an artifact, from before there were pull requests."""
    site, rng = stage.sites[name], stage.rng(f"beginnings of {name}")
    title = next(artifact["name"] for artifact in ARTIFACTS if artifact["id"] == name)
    text = f"# {title}\n{plot(name).about}\nInstall the package {package} from our index."
    stage.push(site, founder, "Say what this is", [Write("README.md", text)])
    _name_itself(stage, site, name)
    yield hours(3)
    folder = f"src/{package.replace('-', '_')}"
    files = [Write("pyproject.toml", python_project(package, ["pyyaml>=6"])), Write(f"{folder}/base.py", module(site, rng, title, 3))]
    stage.push(site, founder, "First working version", [*files, Write(".github/workflows/ci.yml", _CI)])


def _harness_beginnings(stage: Stage) -> Script:
    """The prototype: most of it Ana's, pushed under the address she had then."""
    site, rng = stage.sites["eval-harness"], stage.rng("prototype")
    text = f"# Acme Eval Harness\n{plot('eval-harness').about}\nThe package is called acme-evals."
    stage.push(site, "ana", "Say what this is", [Write("README.md", text)], email=OLD_EMAIL)
    _name_itself(stage, site, "eval-harness")
    yield hours(2)
    project = python_project("acme-evals", ["pyyaml>=6", "rich>=13"])
    files = [Write("pyproject.toml", project), Write("src/acme_evals/runner.py", module(site, rng, "Runs a suite", 5, 9))]
    stage.push(site, "ana", "Prototype", files, email=OLD_EMAIL)
    yield berlin(2025, 2, 20, 15)
    stage.push(site, "ben", "A report to read", [Write("src/acme_evals/report.py", module(site, rng, "Reports a run", 3, 8))])
    yield berlin(2025, 6, 4, 15)
    lock = Write("uv.lock", "\n".join(f'pin_{n} = "{n}.0"' for n in range(12)))
    smoke = Write("suites/smoke.jsonl", "\n".join(f'{{"id": {n}, "input": "smoke {n}"}}' for n in range(30)))
    stage.push(site, "ben", "Test on every push", [Write(".github/workflows/ci.yml", _CI), lock, smoke])


def _harness_upkeep(stage: Stage) -> Script:
    """What is not a change of behaviour: tags, docs, a lock file, white space, a bot."""
    site = stage.sites["eval-harness"]
    site.repository.tags["v1"] = site.repository.head
    yield berlin(2025, 8, 4, 12)
    site.repository.tags["v2"] = site.repository.head
    yield berlin(2025, 11, 13, 11)
    site.repository.tags["v2"] = site.repository.head
    yield berlin(2025, 11, 25, 10)
    yield from _trivial(
        stage, site, "dora", "Describe thresholds", [Write("docs/usage.md", "# Usage\nThresholds live in evals/thresholds.yml.")]
    )
    yield berlin(2025, 12, 16, 14)
    indented = "\n".join(f"  {text}" if text.startswith("    ") else text for text, _ in site.tree["src/acme_evals/runner.py"])
    formatting = stage.push(site, "chi", "Indent by six", [Write("src/acme_evals/runner.py", indented)])
    yield berlin(2025, 12, 17, 10)
    ignore = [Append(".git-blame-ignore-revs", f"{{sha:{formatting.mark}}}")]
    stage.push(site, "chi", "Ignore formatting when asking who wrote a line", ignore)
    yield berlin(2026, 1, 27, 10)
    yield from _trivial(stage, site, "ben", "Refresh the lock file", [Append("uv.lock", 'pin_12 = "12.0"')], "ana")
    yield berlin(2026, 3, 3, 12)
    site.repository.tags["v2"] = site.repository.head
    yield berlin(2026, 3, 5, 10)
    notes = (
        Change("Release 2.1.0", (Write("CHANGELOG.md", "# Releases\n2.1.0: answers are cached.\n2.0.0: other repositories can call us."),)),
    )
    signature = Signature(ACTIONS.name, f"{ACTIONS.user_id}+{ACTIONS.login}@users.noreply.github.com")
    pull = open_pull(stage, site, Work(ACTIONS.login, "Release 2.1.0", notes, "Written by the release job.", "release/2.1.0", signature))
    yield hours(2)
    merge(stage, pull, "ben")
    yield berlin(2026, 4, 7, 10)
    what = "chore(deps): update dependency rich to v14"
    signature = Signature(RENOVATE.name, f"{RENOVATE.user_id}+{RENOVATE.login}@users.noreply.github.com")
    bump = (Change(what, (Swap("pyproject.toml", '    "rich>=13",', '    "rich>=14",'),)),)
    pull = open_pull(stage, site, Work(RENOVATE.login, what, bump, "This PR updates a dependency.", "renovate/rich-14", signature))
    yield hours(5)
    merge(stage, pull, "ben")


def _trivial(stage: Stage, site: Site, who: str, title: str, edits: list[Edit], merged_by: str = "ana") -> Script:
    pull = open_pull(stage, site, Work(who, title, (Change(title, tuple(edits)),)))
    yield hours(3)
    review(stage, pull, merged_by, "APPROVED")
    yield hours(1)
    merge(stage, pull, merged_by)


def _landed(stage: Stage, site: Site, package: str, step: Step, rng: Random) -> Script:
    """One step of a history, reviewed and merged within a day or two."""
    path = f"src/{package}/{step.file}.py"
    body = "\n".join(function(site, rng, rng.randint(6, 9)) for _ in range(step.pieces))
    edits: list[Edit] = [Append(path, body), *_rewrites(site, step, rng)]
    if step.title == "Let other repositories call the gate":
        edits.append(Write(".github/workflows/gate.yml", GATE_YML))
    signature = CONTRACTOR if step.who == MIRA.login else Signature("Ana Kovač", step.email) if step.email else None
    work = Work(
        step.who, step.title, (Change(step.title, tuple(edits), step.co_authors),), "Needed by the next suites.", signature=signature
    )
    pull = open_pull(stage, site, work)
    check(stage, pull, TESTS)
    yield hours(rng.randint(3, 20))
    review(stage, pull, step.merged_by, "APPROVED")
    yield hours(1)
    merge(stage, pull, step.merged_by, step.how)


def _rewrites(site: Site, step: Step, rng: Random) -> list[Edit]:
    """The last step of the harness's first author replaces a piece of a colleague's: those lines stop being his."""
    path = "src/acme_evals/report.py"
    if step.file != "explain" or path not in site.tree:
        return []
    old = content(site.tree[path][2:10])
    return [Swap(path, old, function(site, rng, 8))]


def _snapshots(stage: Stage) -> Script:
    for as_of in SNAPSHOT_DAYS:
        yield datetime.fromisoformat(f"{as_of}T00:00:00+00:00")
        for artifact in ARTIFACTS:
            snapshot_lines(stage.world, artifact["id"], as_of, stage.sites[artifact["id"]].tree)


def _name_itself(stage: Stage, site: Site, artifact: str) -> None:
    """An artifact's own README names it; that is no use by anybody."""
    signature = stage.world.commits[site.repository.head].author
    uses(stage.world).append(
        Use(artifact, site.repository.full_name, "doc_mention", "README.md", site.repository.head, stage.now, signature.email)
    )


_CI = "name: CI\non: [pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: pytest\n"
GATE_YML = """name: Gate
on:
  workflow_call:
    inputs:
      suite:
        required: true
        type: string
jobs:
  evaluate:
    runs-on: ubuntu-24.04
    steps:
      - name: Checkout
        uses: actions/checkout@v4
      - name: Install
        run: pip install .
      - name: Run evals
        run: python -m acme_evals --suite ${{ inputs.suite }}
      - name: Upload results
        run: python -m acme_evals.upload
"""
