"""Incidents that a team keeps as labelled issues of its repository: one that came back, and one that nobody was assigned to.

Told when everything else has been played: their numbers are the last ones of the repository.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.demo.story.clock import berlin
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage
from pipelines.demo.world import Issue, IssueEvent, IssueEventKind

PROJECT = "voice-router"
LABEL, SEVERITIES, GAP = "incident", {"sev-2": "SEV2", "sev-3": "SEV3"}, "eval-gap"


@dataclass(frozen=True)
class Step:
    """What somebody did so many minutes after the report; `about` is a label, or who was assigned."""

    minutes: int
    who: str
    kind: IssueEventKind
    about: str = ""


@dataclass(frozen=True)
class Trouble:
    """One incident as it went.

    Attributes:
        taken_up: minutes until somebody who works on it took it up.
        said_by: who put the label on that says that an eval should have caught it.
    """

    day: tuple[int, int, int, int]
    title: str
    severity: str
    steps: tuple[Step, ...]
    taken_up: int
    responders: tuple[str, ...]
    said_by: str = ""


TROUBLES = (
    Trouble(
        (2026, 3, 4, 9),
        "Calls in Polish are answered in Czech",
        "sev-2",
        (
            Step(6, "emil", "AssignedEvent", "dora"),
            Step(11, "dora", "IssueComment"),
            Step(95, "dora", "ClosedEvent"),
            Step(1560, "emil", "ReopenedEvent"),
            Step(1575, "dora", "LabeledEvent", GAP),
            Step(1700, "dora", "ClosedEvent"),
        ),
        taken_up=6,
        responders=("dora", "emil"),
        said_by="dora",
    ),
    Trouble(
        (2026, 3, 18, 14),
        "Calls wait in the queue for a minute",
        "sev-3",
        # Lev passes by; Dora is the one who deals with it.
        (Step(5, "lev", "IssueComment"), Step(14, "dora", "IssueComment"), Step(40, "dora", "ClosedEvent")),
        taken_up=14,
        responders=("dora", "lev"),
    ),
)
REPORTER = "emil"


def issue_incidents(stage: Stage) -> None:
    """Plant them."""
    for trouble in TROUBLES:
        _plant(stage, trouble)


def _plant(stage: Stage, trouble: Trouble) -> None:
    site, reported = stage.sites[PROJECT], berlin(*trouble.day)
    events = [_event(stage, step, reported) for step in trouble.steps]
    closings = [event.created_at for event in events if event.kind == "ClosedEvent"]
    put = tuple(event.label for event in events if event.label)
    issue = Issue(
        *(stage.new_id("issue"), site.repository.full_name, site.number(), trouble.title, "Raised by a customer."),
        *(stage.account(REPORTER), reported, events[-1].created_at, closings[-1]),
        labels=(LABEL, trouble.severity, *put),
        events=events,
    )
    stage.world.issues.append(issue)
    times = {"reported_at": reported, "acknowledged_at": reported + timedelta(minutes=trouble.taken_up), "resolved_at": closings[0]}
    people = {"responders": sorted(trouble.responders), "eval_attributable_by": trouble.said_by or None}
    row = {"issue": f"{issue.repository}#{issue.number}", "severity": SEVERITIES[trouble.severity], "is_reopened": len(closings) > 1}
    note(stage.world, "issue_incidents", row | times | people)


def _event(stage: Stage, step: Step, reported: datetime) -> IssueEvent:
    return IssueEvent(
        stage.new_id("event"),
        step.kind,
        stage.account(step.who),
        reported + timedelta(minutes=step.minutes),
        label=step.about if step.kind == "LabeledEvent" else "",
        assignee=stage.account(step.about) if step.kind == "AssignedEvent" else None,
    )
