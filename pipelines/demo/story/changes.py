"""Larger changes: a feature that was killed with data, a move from one model to the next across three projects, and one done late."""

from pipelines.demo.story.catalogue import plot
from pipelines.demo.story.checks import checked
from pipelines.demo.story.clock import Script, berlin, days, hours
from pipelines.demo.story.evals import HARNESS_PACKAGE, LABELS, LARGE_MODEL, NEXT_MODEL, SUPPORT, VOICE, Suite, envelope
from pipelines.demo.story.evals import run as eval_run
from pipelines.demo.story.facts import cited, note
from pipelines.demo.story.pulls import Change, Work, merge, open_pull, review
from pipelines.demo.story.sprints import two_sprints
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tickets import comment, follow_up, set_due, ticket
from pipelines.demo.story.tree import Swap, Write
from pipelines.demo.world_jira import JiraIssue

CONFIG = "config/model.yaml"
# Project, day of the switch, who switches, who merges, suite, samples passed with the old and with the new model.
MOVES: tuple[tuple[str, tuple[int, int, int], str, str, Suite | None, int, int], ...] = (
    ("support-agent", (2026, 4, 14), "dora", "farah", SUPPORT, 33, 34),
    ("labeling-svc", (2026, 4, 28), "dora", "emil", LABELS, 26, 28),
    ("mobile-assistant", (2026, 5, 19), "dora", "ines", None, 0, 0),
)


def changes(stage: Stage) -> None:
    """Schedule all three."""
    for project, *_ in MOVES:
        stage.tell(_configured(stage, project), berlin(2025, 6, 23, 12))
    stage.tell(_migration(stage), berlin(2026, 4, 7, 10))
    stage.tell(_killed(stage), berlin(2025, 12, 8, 10))
    stage.tell(_eased(stage), berlin(2026, 2, 9, 10))


def _configured(stage: Stage, project: str) -> Script:
    text = f"provider: anthropic\nmodel: {LARGE_MODEL}\nmax_tokens: 800"
    stage.push(stage.sites[project], plot(project).founder, "Say which model we use", [Write(CONFIG, text)])
    yield hours(1)


def _migration(stage: Stage) -> Script:
    epic = ticket(stage, "Move to the next model", "dora", "hugo", issue_type="Epic", priority="High")
    follow_up(stage, epic, "dora", "In Progress")
    set_due(stage, epic, "hugo", "2026-05-15")
    for project, day, who, merged_by, suite, before, after in MOVES:
        yield berlin(*day, 10, 5)
        site = stage.sites[project]
        is_voice = project == "mobile-assistant"
        asked = f"Summaries stay off, as decided: {_RECORD_URL}" if is_voice else ""
        task = ticket(stage, f"Switch {project} to the next model", who, "hugo", parent=epic.key, description=asked)
        follow_up(stage, task, who, "In Progress")
        runs = _compared(stage, site, who, suite, before, after) if suite else []
        yield hours(4)
        title = f"{task.key}: Answer with the next model"
        edit = Swap(CONFIG, f"model: {LARGE_MODEL}", f"model: {NEXT_MODEL}\nfallback: {LARGE_MODEL}")
        body = "Same cases before and after; the former model stays as fallback." if suite else "No suite covers the app yet."
        body += f"\n\nNothing changes in what {_RECORD_PATH} decided." if is_voice else ""
        pull = open_pull(stage, site, Work(who, title, (Change("Answer with the next model", (edit,)),), body))
        checked(stage, pull)
        yield hours(5)
        review(stage, pull, merged_by, "APPROVED")
        yield hours(1)
        merge(stage, pull, merged_by)
        follow_up(stage, task, who, "Done")
        row = {"from_model": LARGE_MODEL, "to_model": NEXT_MODEL, "repository": site.repository.full_name, "led_by": who, "eval_runs": runs}
        note(
            stage.world,
            "model_migrations",
            row | {"pull_request": pull.request.number, "merged_at": pull.request.merged_at, "epic": epic.key},
        )
        if is_voice:
            cited(stage.world, _RECORD_PATH, "url", "issue", task.key, "hugo")
            cited(stage.world, _RECORD_PATH, "path", "pull_request", f"{site.repository.full_name}#{pull.request.number}", who)
        if project == "labeling-svc":
            set_due(stage, epic, "hugo", "2026-05-29")
    yield days(2)
    follow_up(stage, epic, "dora", "Done")
    late = {"days_after_last": -7, "days_after_first": 7}
    row = {
        "epic": epic.key,
        "assignee": "dora",
        "authors": {"dora": 1.0},
        "done_at": stage.now,
        "n_reopened": 0,
        "n_taken_back": 0,
        "n_hotfixed": 0,
    }
    note(stage.world, "deliveries", row | late)


def _eased(stage: Stage) -> Script:
    """Delivered late: one of two changes is taken back by its author, somebody else mends the other, and the epic is re-opened."""
    epic = ticket(stage, "Fewer refusals of ordinary requests", "hugo", "farah", issue_type="Epic")
    follow_up(stage, epic, "hugo", "In Progress")
    set_due(stage, epic, "farah", "2026-05-29")
    yield berlin(2026, 6, 1, 16)
    for issue in stage.world.jira_issues:
        if issue.summary in ("Loosen the regulated list", "Skip what has no text"):
            issue.parent = epic.key
    follow_up(stage, epic, "hugo", "Done")
    late = {"days_after_last": 3, "days_after_first": 3}
    row = {
        "epic": epic.key,
        "assignee": "hugo",
        "authors": {"gita": 0.5, "lev": 0.5},
        "done_at": stage.now,
        "n_reopened": 1,
        "n_taken_back": 1,
        "n_hotfixed": 1,
    }
    note(stage.world, "deliveries", row | late)
    yield berlin(2026, 6, 3, 11)
    follow_up(stage, epic, "farah", "In Progress")
    yield berlin(2026, 6, 5, 15)
    follow_up(stage, epic, "hugo", "Done")


def _compared(stage: Stage, site: Site, who: str, suite: Suite, before: int, after: int) -> list[str]:
    """Both models on the same cases; the labelling service runs the harness by hand, the agent its vendor's tool."""
    by_harness = site.name == "labeling-svc"
    sealed = envelope(stage, site, suite, site.repository.head, stage.account("emil")) if by_harness else None
    package = HARNESS_PACKAGE if by_harness else ""
    return [
        eval_run(stage, suite, site, passed, who="emil" if by_harness else who, model=model, package=package, envelope=sealed).native_id
        for model, passed in ((LARGE_MODEL, before), (NEXT_MODEL, after))
    ]


def _killed(stage: Stage) -> Script:
    """An epic, a flag, an evaluation that said no, a lost experiment, a written decision, and then the end."""
    site = stage.sites["mobile-assistant"]
    epic = ticket(stage, "Summaries of voice messages", "gita", "dora", issue_type="Epic", priority="High")
    follow_up(stage, epic, "gita", "In Progress")
    children = [ticket(stage, f"Voice summaries: {part}", who, "gita", parent=epic.key) for part, who in _PARTS]
    yield from two_sprints(stage, children, "gita")
    yield berlin(2026, 2, 10, 14)
    run = eval_run(stage, VOICE, site, 11, who="gita")
    yield berlin(2026, 3, 4, 10)
    path = _RECORD_PATH
    record = _RECORD.format(epic=epic.key, run=run.native_id)
    edits = (Write(path, record), Write("src/mobile_assistant/voice_flags.py", "VOICE_SUMMARIES = False\n"))
    pull = open_pull(
        stage, site, Work("gita", f"{epic.key}: Decide against voice summaries", (Change("Decide against voice summaries", edits),))
    )
    checked(stage, pull)
    yield hours(6)
    review(stage, pull, "ines", "APPROVED")
    yield hours(1)
    merge(stage, pull, "ines")
    yield days(2)
    _stop(stage, epic, children, f"Decided in {path}, after run {run.native_id} and the lost experiment voice-summaries.")
    row = {"epic": epic.key, "repository": site.repository.full_name, "decision_record": path, "pull_request": pull.request.number}
    more = {"eval_run": run.native_id, "experiment": "exp_voicesummaries", "decided_by": "gita", "decided_at": stage.now}
    more["evidence_class"] = "experiment_lost"
    note(stage.world, "kill_decisions", row | more)


def _stop(stage: Stage, epic: JiraIssue, children: list[JiraIssue], why: str) -> None:
    comment(stage, epic, "gita", why)
    for issue in (*children, epic):
        follow_up(stage, issue, "gita", "Done", "Won't Do")


_RECORD_PATH = "docs/adr/0004-no-voice-summaries.md"
_RECORD_URL = f"https://github.com/acme/mobile-assistant/blob/main/{_RECORD_PATH}"
_PARTS = (("recording", "gita"), ("summary model", "ines"), ("screen", "gita"))
_RECORD = """# 4. No summaries of voice messages
Decided for {epic}.
The evaluation {run} answered 11 of 24 cases; twenty were asked for.
The experiment voice-summaries lost: fewer messages were kept.
We stop, and keep the switch off.
"""
