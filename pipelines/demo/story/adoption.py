"""Who uses the artifacts, by which channel and since when; and the look-alikes that must not count."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from pipelines.demo.story.artifacts import VENDORED_FILES
from pipelines.demo.story.cast import FREELANCER, NILS, RENOVATE
from pipelines.demo.story.catalogue import plot, python_project, readme
from pipelines.demo.story.checks import GATE, GATE_REF, HARNESS_WORKFLOW, checked, retry, started
from pipelines.demo.story.clock import WINDOW_END, Script, berlin, days, hours, workdays
from pipelines.demo.story.code import function, module, settings
from pipelines.demo.story.evals import GATED, HARNESS_PACKAGE, LABELS, SUPPORT, envelope, suite_of
from pipelines.demo.story.evals import run as eval_run
from pipelines.demo.story.facts import Use, uses
from pipelines.demo.story.pulls import Change, Work, merge, open_pull, review
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tickets import follow_up, ticket
from pipelines.demo.story.tree import Append, Edit, Swap, Write, content
from pipelines.demo.world import Commit, Signature

HARNESS, LIBRARY, JUDGES = "eval-harness", "prompt-library", "judge-kit"
GATE_FILE = ".github/workflows/eval.yml"
GOLDENS = "evals/goldens/cases.jsonl"


@dataclass(frozen=True)
class Adoption:
    """One pull request that brings a use of an artifact to a project."""

    project: str
    day: tuple[int, int, int]
    who: str
    merged_by: str
    title: str
    artifact: str = HARNESS
    channel: str = "dep_manifest"
    path: str = "pyproject.toml"
    reason: str = ""
    signature: Signature | None = None


MANIFESTS = (
    Adoption("search-ranker", (2026, 1, 12), "jonas", "emil", "Measure passages before a release"),
    Adoption("partner-connector", (2026, 1, 20), NILS.login, NILS.login, "Check partner calls", signature=FREELANCER),
    Adoption("ana-playground", (2025, 9, 10), "ana", "ana", "Play with suites"),
    Adoption("support-agent", (2025, 10, 8), "farah", "ines", "Share greetings with the others", LIBRARY, path="requirements.txt"),
    Adoption("voice-router", (2026, 2, 9), "kira", "gita", "Share greetings with the agents", LIBRARY),
    Adoption("labeling-svc", (2025, 12, 9), "emil", "farah", "Judge labels twice", JUDGES),
    Adoption("notify-service", (2026, 2, 25), "dora", "lev", "Judge the tone of notifications", JUDGES),
)
MENTIONS = (
    Adoption("onboarding-docs", (2025, 11, 4), "emil", "dora", "Where quality is measured", channel="doc_mention", path="README.md"),
    Adoption("recsys-lab", (2026, 4, 22), "emil", "jonas", "Say where prompts come from", LIBRARY, "doc_mention", "docs/prompts.md"),
    Adoption("search-ui", (2025, 10, 21), "kira", "jonas", "List what we tried", HARNESS, "doc_mention", "README.md", "similar_name"),
    Adoption("data-platform", (2026, 2, 11), "hugo", "emil", "Compare tools", HARNESS, "doc_mention", "docs/evaluation.md", "similar_name"),
)
MENTIONED = {
    "onboarding-docs": "Every assistant is measured with the Acme Eval Harness before it meets a customer.",
    "recsys-lab": "Prompts come from acme-prompts; ours are only overrides.",
    "search-ui": "We once tried lm-eval-harness on the ranking page and dropped it.",
    "data-platform": "The vendor's acme-eval-harness-lite is another product and not in use here.",
}
PACKAGES = {HARNESS: "acme-evals>=2.0", LIBRARY: "acme-prompts>=1.2", JUDGES: "acme-judges>=0.9"}
# Project, day, who turns the gate on, who merges that.
GATES = (
    ("support-agent", (2025, 8, 18), "ines", "farah"),
    ("service-template", (2025, 8, 12), "hugo", "dora"),
    ("safety-classifier", (2025, 9, 8), "gita", "hugo"),
    ("nightly-shell", (2025, 9, 15), "emil", "emil"),
    ("long-context-routing", (2025, 10, 6), "jonas", "ines"),
    ("voice-router", (2026, 3, 16), "gita", "dora"),
)
RUN_BY_HAND = ("voice-router", "service-template")
"""Projects whose gate is started by hand only."""


def adoptions(stage: Stage) -> None:
    """Schedule every use, counted or not."""
    for plan in MANIFESTS:
        stage.tell(_manifest(stage, plan), berlin(*plan.day, 10, 20))
    for plan in MENTIONS:
        stage.tell(_mention(stage, plan), berlin(*plan.day, 10, 40))
    for name, day, who, merged_by in GATES:
        stage.tell(_gate(stage, Adoption(name, day, who, merged_by, "Measure every change before it merges")), berlin(*day, 10, 30))
    stage.tell(_dropped_before(stage), berlin(2025, 3, 18, 14))
    stage.tell(_archived(stage), berlin(2025, 3, 19, 14))
    stage.tell(_bot_bump(stage), berlin(2025, 12, 2, 11))
    stage.tell(_fork(stage), berlin(2026, 1, 19, 11))
    stage.tell(_vendored(stage), berlin(2025, 12, 3, 10, 15))
    stage.tell(_from_template(stage), berlin(*plot("notify-service").made))
    stage.tell(_template_upkeep(stage), berlin(2025, 10, 20, 11))
    stage.tell(_named_in_text(stage), berlin(2026, 2, 17, 10))
    stage.tell(_three_runs(stage), berlin(2026, 3, 18, 14))
    _labelling_runs(stage)
    _playground_runs(stage)


def landed(stage: Stage, plan: Adoption, edits: Sequence[Edit], body: str = "") -> Script:
    """Open, review and merge the pull request of an adoption; returns its merge commit."""
    site = stage.sites[plan.project]
    work = Work(plan.who, plan.title, (Change(plan.title, tuple(edits)),), body, signature=plan.signature)
    pull = open_pull(stage, site, work)
    checked(stage, pull)
    yield hours(2)
    if plan.who != plan.merged_by:
        review(stage, pull, plan.merged_by, "APPROVED")
    yield hours(1)
    merge(stage, pull, plan.merged_by)


def recorded(stage: Stage, plan: Adoption, accepted_by: str) -> Use:
    """Record the use that has just landed on a project's main."""
    site = stage.sites[plan.project]
    commit = stage.world.commits[site.repository.head]
    number = next((pull.number for pull in stage.world.pull_requests if pull.merge_commit == commit.mark), None)
    use = Use(
        plan.artifact, site.repository.full_name, plan.channel, plan.path, commit.mark, stage.now, accepted_by, number, reason=plan.reason
    )
    uses(stage.world).append(use)
    return use


def _manifest(stage: Stage, plan: Adoption) -> Script:
    yield from landed(stage, plan, [declared(plan.path, PACKAGES[plan.artifact])])
    use = recorded(stage, plan, stage.account(plan.merged_by).login)
    if plan.project == "search-ranker":
        yield berlin(2026, 5, 12, 9, 30)
        line = f'    "{PACKAGES[HARNESS]}",'
        yield from landed(
            stage, Adoption(plan.project, (2026, 5, 12), "emil", "jonas", "Drop what we no longer run"), [Swap(plan.path, line, "")]
        )
        use.end = stage.now


def declared(path: str, requirement: str) -> Edit:
    """A dependency more in a manifest."""
    if path.endswith(".txt"):
        return Append(path, requirement)
    anchor = '    "pydantic>=2.7",'
    return Swap(path, anchor, f'{anchor}\n    "{requirement}",')


def _mention(stage: Stage, plan: Adoption) -> Script:
    yield from landed(stage, plan, [Append(plan.path, MENTIONED[plan.project]), _some_code(stage, plan.project)])
    recorded(stage, plan, stage.account(plan.merged_by).login)


def _some_code(stage: Stage, project: str) -> Edit:
    """A little code with the prose, so that the pull request is not documentation alone."""
    site = stage.sites[project]
    return Append(f"src/{site.package}/core.py", function(site, stage.rng(f"code beside prose in {project} {site.written}")))


def _gate(stage: Stage, plan: Adoption) -> Script:
    """A workflow file that calls the harness's gate, and the suite that it runs."""
    site = stage.sites[plan.project]
    edits: list[Edit] = [Write(GATE_FILE, gate_file(plan.project in RUN_BY_HAND)), Write("evals/suite.yml", _suite_file(plan.project))]
    if plan.project in GATED:
        edits += [Write("evals/thresholds.yml", "minimum: 0.85\n"), Write(GOLDENS, goldens(plan.project, suite_of(site, stage.now).size))]
    yield from landed(stage, plan, edits)
    site.is_gated = plan.project not in RUN_BY_HAND
    recorded(stage, replace(plan, channel="uses_decl", path=GATE_FILE), stage.account(plan.merged_by).login)


def gate_file(by_hand: bool) -> str:
    """A workflow that executes the harness's reusable workflow."""
    trigger = "workflow_dispatch" if by_hand else "pull_request"
    uses_line = f"    uses: {HARNESS_WORKFLOW}@{GATE_REF}"
    return f"name: Evals\non: [{trigger}]\njobs:\n  gate:\n{uses_line}\n    with:\n      suite: evals/suite.yml\n"


def _suite_file(project: str) -> str:
    return f"suite: {project}\ncases: {GOLDENS}\n"


def goldens(project: str, count: int, start: int = 1) -> str:
    """Lines of a golden set, from one number on."""
    return "".join(f'{{"id": "{project}-{n:03d}", "target": "expected {n:03d}"}}\n' for n in range(start, count + 1))


def _pushed(stage: Stage, plan: Adoption, edits: Sequence[Edit]) -> Use:
    """A use pushed straight to main: its committer accepted it."""
    commit: Commit = stage.push(stage.sites[plan.project], plan.who, plan.title, edits)
    return recorded(stage, plan, commit.author.email)


def _dropped_before(stage: Stage) -> Script:
    """A dependency that came and went before the first period that anybody looks at."""
    plan = Adoption("feature-store", (2025, 3, 18), "jonas", "jonas", "Try measuring features")
    use = _pushed(stage, plan, [declared(plan.path, PACKAGES[HARNESS])])
    yield berlin(2025, 6, 10, 15)
    stage.push(stage.sites["feature-store"], "emil", "Drop what did not help", [Swap(plan.path, f'    "{PACKAGES[HARNESS]}",', "")])
    use.end = stage.now


def _archived(stage: Stage) -> Script:
    plan = Adoption("legacy-ranker", (2025, 3, 19), "jonas", "jonas", "Measure the old ranker once more")
    _pushed(stage, plan, [declared(plan.path, PACKAGES[HARNESS])])
    yield hours(1)


def _bot_bump(stage: Stage) -> Script:
    """The bot brings the package in with a batch of tools, and merges it itself."""
    path, signature = "requirements-dev.txt", Signature(RENOVATE.name, f"{RENOVATE.user_id}+{RENOVATE.login}@users.noreply.github.com")
    what = "chore(deps): update evaluation tooling"
    plan = Adoption("billing-api", (2025, 12, 2), RENOVATE.login, RENOVATE.login, what, path=path, signature=signature)
    yield from landed(stage, plan, [Append(path, "acme-evals==2.1.0")], "This PR updates the development tools.")
    recorded(stage, plan, RENOVATE.login)


def _fork(stage: Stage) -> Script:
    """A fork takes everything along, the gate's workflow file included, and adds a little of its own."""
    source, site = stage.sites["safety-classifier"], stage.sites["safety-classifier-fork"]
    site.repository.fork_of = source.repository.full_name
    site.repository.head, site.tree, site.repository.created_at = source.repository.head, source.tree, stage.now
    site.repository.pushed_at, site.package, site.written = stage.now, source.package, 5000
    original = next(use for use in uses(stage.world) if use.project == source.repository.full_name and use.channel == "uses_decl")
    # The fork has the commit but not the pull request, so whoever wrote the commit is all that it knows.
    author = stage.world.commits[original.commit].author.email
    uses(stage.world).append(Use(HARNESS, site.repository.full_name, "uses_decl", GATE_FILE, original.commit, original.start, author))
    for _ in range(3):
        yield days(9)
        edit = Append(f"src/{site.package}/core.py", function(site, stage.rng(f"fork {site.written}")))
        stage.push(site, "emil", "Try another threshold", [edit])


def _vendored(stage: Stage) -> Script:
    """Three files of the harness, copied whole."""
    source, site = stage.sites[HARNESS], stage.sites["mobile-assistant"]
    paths = {path: path.replace("src/acme_evals", "third_party/acme_evals") for path in VENDORED_FILES}
    copies = [Write(new, content(source.tree[old])) for old, new in paths.items()]
    plan = Adoption("mobile-assistant", (2025, 12, 3), "gita", "ines", "Bundle scoring for offline use", channel="vendored")
    yield from landed(stage, plan, [*copies, _some_code(stage, site.name)])
    recorded(stage, replace(plan, path=min(paths.values())), stage.account("ines").login).n_items = len(copies)


def _from_template(stage: Stage) -> Script:
    """A service generated from the template, which declares the gate's workflow without ever running it."""
    template, site = stage.sites["service-template"], stage.sites["notify-service"]
    site.repository.template = template.repository.full_name
    rng = stage.rng("notify-service")
    inherited = [Write(path, content(lines)) for path, lines in template.tree.items() if path.startswith((".github", "evals"))]
    own: list[Edit] = [
        Write("README.md", readme(plot("notify-service"))),
        Write(f"src/{site.package}/core.py", module(site, rng, "Core of notify-service")),
        Write(f"src/{site.package}/settings.py", f'"""Settings of {site.name}."""\n' + settings(site, rng, 12)),
        Write("pyproject.toml", python_project(site.name, ["httpx>=0.27", "pydantic>=2.7"])),
    ]
    plan = Adoption("notify-service", (2025, 9, 1), "dora", "dora", "Initial commit", channel="uses_decl", path=GATE_FILE)
    _pushed(stage, plan, [*inherited, *own])
    yield hours(1)


def _template_upkeep(stage: Stage) -> Script:
    """Two changes a half-year are too few to call the template a project that lives."""
    site = stage.sites["service-template"]
    for day, who, merged_by in (((2025, 10, 20), "dora", "hugo"), ((2026, 2, 3), "hugo", "dora"), ((2026, 4, 14), "dora", "hugo")):
        yield berlin(*day, 11)
        plan = Adoption(site.name, day, who, merged_by, f"Tidy the template of {day[0]}-{day[1]:02d}")
        yield from landed(stage, plan, [Append(f"src/{site.package}/core.py", function(site, stage.rng(f"template {day}")))])


def _named_in_text(stage: Stage) -> Script:
    """A ticket and a pull request that name the harness, in a project that does nothing else with it."""
    site = stage.sites["recsys-lab"]
    task = ticket(stage, "Report slices as the Acme Eval Harness does", "jonas", "emil")
    yield hours(1)
    follow_up(stage, task, "jonas", "In Progress")
    edit = Append(f"src/{site.package}/core.py", function(site, stage.rng("named in text")))
    title = f"{task.key}: Report per slice"
    pull = open_pull(stage, site, Work("jonas", title, (Change(title, (edit,)),), "Follows what the Acme Eval Harness prints per slice."))
    uses(stage.world).append(
        Use(HARNESS, site.repository.full_name, "xref", "", "", stage.now, stage.account("jonas").login, pull.request.number)
    )
    checked(stage, pull)
    yield hours(4)
    review(stage, pull, "emil", "APPROVED")
    yield hours(1)
    merge(stage, pull, "emil")
    follow_up(stage, task, "jonas", "Done")


def _three_runs(stage: Stage) -> Script:
    """A gate started by hand on three days: tried out, not yet relied on."""
    site = stage.sites["voice-router"]
    for day, who in (((2026, 3, 18), "gita"), ((2026, 3, 24), "dora"), ((2026, 3, 31), "gita")):
        yield berlin(*day, 14, 15)
        run = started(stage, site, GATE, "workflow_dispatch", stage.account(who), site.repository.head, "main")
        retry(stage, run, GATE, "success", stage.account(who))


def _labelling_runs(stage: Stage) -> None:
    """The labelling service measures itself by hand, with the harness's package and an envelope beside each log."""
    site = stage.sites["labeling-svc"]
    mondays = [day for day in workdays(date(2025, 11, 3), WINDOW_END - timedelta(days=4)) if day.weekday() == 1][::2]
    for turn, day in enumerate(mondays):
        stage.tell(
            _labelling(stage, site, ("emil", "farah")[turn % 2], 25 + turn % 4), berlin(day.year, day.month, day.day, 15, 7 * turn % 60)
        )


def _labelling(stage: Stage, site: Site, who: str, passed: int) -> Script:
    sealed = envelope(stage, site, LABELS, site.repository.head, stage.account(who))
    eval_run(stage, LABELS, site, passed, who=who, package=HARNESS_PACKAGE, envelope=sealed)
    yield hours(1)


def _playground_runs(stage: Stage) -> None:
    """Ana runs her own harness on her own playground: nobody else has accepted that."""
    site = stage.sites["ana-playground"]
    for month in (10, 11, 12):
        for day in (7, 14, 21):
            stage.tell(_played(stage, site), berlin(2025, month, day, 16, day))


def _played(stage: Stage, site: Site) -> Script:
    sealed = envelope(stage, site, SUPPORT, site.repository.head, stage.account("ana"))
    eval_run(stage, SUPPORT, site, 33, who="ana", package=HARNESS_PACKAGE, envelope=sealed)
    yield hours(1)
