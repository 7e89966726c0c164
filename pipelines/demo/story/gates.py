"""What the eval gate did: every outcome that a pull request can have at it, each at least once, and what was really behind it."""

from collections.abc import Callable
from dataclasses import dataclass

from pipelines.demo.story.checks import GATE, TESTS, Verdict, check, ended, retry
from pipelines.demo.story.clock import Script, berlin, hours
from pipelines.demo.story.code import function
from pipelines.demo.story.evals import gate_log, suite_of
from pipelines.demo.story.facts import GateOutcome, gate_outcomes
from pipelines.demo.story.pulls import Change, Pull, Work, close, merge, merge_base_in, open_pull, push, review
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tickets import follow_up, ticket
from pipelines.demo.story.tree import Append, Edit, Write
from pipelines.demo.world import Commit
from pipelines.demo.world_checks import WorkflowRun
from pipelines.demo.world_jira import JiraIssue


@dataclass(frozen=True)
class Case:
    """One pull request with a story at its gate."""

    outcome: str
    project: str
    day: tuple[int, int, int]
    who: str
    merged_by: str
    title: str
    has_ticket: bool = False
    labels: tuple[str, ...] = ()


REGULATED = "slice:regulated_content"
"""A label that says what a pull request aims at."""

# All of one outcome's red, green and merge lie within one quarter.
CASES = (
    Case("caught_probable", "safety-classifier", (2025, 10, 20), "lev", "hugo", "Shorter refusal texts"),
    Case("caught_confirmed", "long-context-routing", (2025, 11, 5), "ines", "jonas", "Route tables to the large model"),
    Case("flaky", "long-context-routing", (2026, 1, 21), "jonas", "hugo", "Count tokens once"),
    Case("caught_probable", "long-context-routing", (2026, 2, 4), "hugo", "ines", "Prefer the small model at night"),
    Case("rebaselined", "long-context-routing", (2026, 2, 25), "ines", "jonas", "Route code by language"),
    Case("merged_on_red", "safety-classifier", (2026, 2, 11), "gita", "hugo", "Loosen the regulated list", True, (REGULATED,)),
    Case("caught_confirmed", "safety-classifier", (2026, 3, 4), "gita", "hugo", "Detect insurance advice"),
    Case("fixed_by_base", "safety-classifier", (2026, 3, 18), "lev", "gita", "Rename risk classes"),
    Case("caught_confirmed", "long-context-routing", (2026, 4, 15), "jonas", "ines", "Split long threads"),
    Case("caught_possible", "long-context-routing", (2026, 5, 6), "hugo", "jonas", "Reuse partial answers"),
    Case("infra_failure", "long-context-routing", (2026, 5, 20), "ines", "hugo", "Warm up the router"),
    Case("caught_confirmed", "safety-classifier", (2026, 5, 6), "hugo", "gita", "One pass for two checks"),
    Case("merged_not_exercised", "safety-classifier", (2026, 5, 27), "lev", "hugo", "Skip what has no text", has_ticket=True),
    Case("scored_nothing", "safety-classifier", (2026, 6, 3), "gita", "lev", "Batch the moderation calls"),
    Case("blocked_abandoned", "safety-classifier", (2026, 4, 22), "lev", "", "Drop the second opinion"),
)

CASE_LINES = 8
"""Lines that a case adds to the end of the policy module."""


def gates(stage: Stage) -> None:
    """Schedule every case."""
    for case in CASES:
        stage.tell(_case(stage, case), berlin(*case.day, 10, 10))


def noted(stage: Stage, pull: Pull, outcome: str) -> GateOutcome:
    """Record what became of a pull request at its gate."""
    row = GateOutcome(pull.request.repository, pull.request.number, outcome)
    gate_outcomes(stage.world).append(row)
    return row


def turned_red(stage: Stage, pull: Pull, row: GateOutcome, passed: int | None = None) -> WorkflowRun:
    """The gate fails on the head; with `passed`, its log is kept and says how many samples passed."""
    gate = check(stage, pull, GATE, "failure")
    row.red_head, row.red_at = pull.head, ended(gate)
    if passed is not None:
        row.red_eval = gate_log(stage, pull, gate, passed).native_id
    return gate


def turned_green(stage: Stage, pull: Pull, row: GateOutcome, passed: int | None = None) -> WorkflowRun:
    """The gate passes on the head."""
    gate = check(stage, pull, GATE)
    row.green_head, row.green_at = pull.head, ended(gate)
    if passed is not None:
        row.green_eval = gate_log(stage, pull, gate, passed).native_id
    return gate


def last_lines(commit: Commit, path: str) -> str:
    """What a case's first commit added."""
    return "\n".join(commit.writes[path].splitlines()[-CASE_LINES:])


def _case(stage: Stage, case: Case) -> Script:
    site = stage.sites[case.project]
    task: JiraIssue | None = None
    if case.has_ticket:
        task = ticket(stage, case.title, case.who, case.merged_by)
        yield hours(2)
        follow_up(stage, task, case.who, "In Progress")
    key = f"{task.key}: " if task else ""
    change = Change(case.title, (behaviour(stage, site, case.title),))
    work = Work(case.who, f"{key}{case.title}", (change,), "Behaviour changes a little, see the tests.", labels=case.labels)
    pull = open_pull(stage, site, work)
    check(stage, pull, TESTS)
    row = noted(stage, pull, case.outcome)
    yield from _PLOTS[case.outcome](stage, pull, row)
    if not case.merged_by:
        return
    yield hours(2)
    review(stage, pull, case.merged_by, "APPROVED")
    yield hours(1)
    merge(stage, pull, case.merged_by)
    if task:
        follow_up(stage, task, case.who, "Done")


def _confirmed(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """Red below the threshold, a fix of the behaviour, green above it: both logs are there."""
    size = suite_of(pull.site, stage.now).size
    turned_red(stage, pull, row, int(size * 0.78))
    yield hours(20)
    fix(stage, pull)
    turned_green(stage, pull, row, int(size * 0.95))


def _probable(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """The same, but nobody kept the logs."""
    turned_red(stage, pull, row)
    yield hours(5)
    fix(stage, pull)
    turned_green(stage, pull, row)


def _possible(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """The fix is green only at its second attempt, so that chance may have helped."""
    turned_red(stage, pull, row)
    yield hours(5)
    fix(stage, pull)
    gate = check(stage, pull, GATE, "failure")
    yield hours(2)
    _again(stage, pull, gate, "success")
    row.green_head, row.green_at = pull.head, ended(gate)


def _flaky(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """Red, then green on the very same head."""
    gate = turned_red(stage, pull, row)
    yield hours(2)
    _again(stage, pull, gate, "success")
    row.green_head, row.green_at = pull.head, ended(gate)


def _infra(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """The package index was away: the evals were never reached."""
    check(stage, pull, GATE, "infra")
    yield hours(3)
    fix(stage, pull)
    turned_green(stage, pull, row)


def _rebaselined(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """Not the behaviour was changed but what is expected of it."""
    size = suite_of(pull.site, stage.now).size
    turned_red(stage, pull, row, int(size * 0.8))
    yield hours(6)
    goldens = Append("evals/goldens/cases.jsonl", '{"id": "code-by-language-001", "target": "either"}')
    threshold = Write("evals/thresholds.yml", "minimum: 0.80\n")
    push(stage, pull, Change("Accept the new routes", (goldens, threshold)))
    turned_green(stage, pull, row, int(size * 0.9))


def _by_base(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """Main was broken, and somebody else had already mended it."""
    turned_red(stage, pull, row)
    yield hours(26)
    merge_base_in(stage, pull)
    check(stage, pull, TESTS)
    turned_green(stage, pull, row)


def _on_red(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """An administrator merges although the gate says no."""
    turned_red(stage, pull, row, int(suite_of(pull.site, stage.now).size * 0.81))
    yield hours(3)


def _unexercised(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """The gate is skipped by a label, which satisfies the rule and shows nothing."""
    pull.request.labels = ("skip-evals",)
    check(stage, pull, GATE, "skipped")
    row.green_head = ""
    yield hours(3)


def _nothing(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """Green, and not one sample was scored."""
    gate = check(stage, pull, GATE)
    row.green_head, row.green_at = pull.head, ended(gate)
    row.green_eval = gate_log(stage, pull, gate, 0, unscored=suite_of(pull.site, stage.now).size).native_id
    yield hours(2)


def _abandoned(stage: Stage, pull: Pull, row: GateOutcome) -> Script:
    """Red twice, and given up."""
    turned_red(stage, pull, row)
    yield hours(22)
    fix(stage, pull)
    turned_red(stage, pull, row, int(suite_of(pull.site, stage.now).size * 0.7))
    yield hours(30)
    close(stage, pull)


_PLOTS: dict[str, Callable[[Stage, Pull, GateOutcome], Script]] = {
    "caught_confirmed": _confirmed,
    "caught_probable": _probable,
    "caught_possible": _possible,
    "flaky": _flaky,
    "infra_failure": _infra,
    "rebaselined": _rebaselined,
    "fixed_by_base": _by_base,
    "merged_on_red": _on_red,
    "merged_not_exercised": _unexercised,
    "scored_nothing": _nothing,
    "blocked_abandoned": _abandoned,
}


def _again(stage: Stage, pull: Pull, gate: WorkflowRun, verdict: Verdict) -> None:
    """Run the same head once more."""
    retry(stage, gate, GATE, verdict, pull.request.account)


def behaviour(stage: Stage, site: Site, title: str) -> Edit:
    """What a case changes at first."""
    return Append(f"src/{site.package}/policy.py", function(site, stage.rng(f"case {title}"), CASE_LINES))


def fix(stage: Stage, pull: Pull) -> None:
    """Push a change of the behaviour; the tests pass on it."""
    site = pull.site
    edit = Append(f"src/{site.package}/policy.py", function(site, stage.rng(f"fix of {pull.request.title}"), 6))
    push(stage, pull, Change("Keep the old behaviour where it was right", (edit,)))
    check(stage, pull, TESTS)
