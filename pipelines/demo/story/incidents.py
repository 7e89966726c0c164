"""Incidents: how they began, who worked on them, what caused them, and whether an evaluation could have known."""

from collections.abc import Generator
from dataclasses import dataclass
from datetime import timedelta

from pipelines.demo.story.cast import OPS_BRIDGE
from pipelines.demo.story.checks import checked
from pipelines.demo.story.clock import Script, berlin, hours
from pipelines.demo.story.code import function
from pipelines.demo.story.facts import note
from pipelines.demo.story.gates import last_lines
from pipelines.demo.story.pulls import Change, Work, merge, open_pull, review
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tickets import (
    CAUSE,
    CUSTOMER_IMPACT,
    EVAL_ATTRIBUTABLE,
    IMPACT_START,
    SEVERITY,
    caused_by,
    comment,
    follow_up,
    put_label,
    set_field,
    ticket,
)
from pipelines.demo.story.tree import Append, Swap
from pipelines.demo.world import Incident
from pipelines.demo.world_jira import JiraIssue


@dataclass(frozen=True)
class Trouble:
    """One incident as it went."""

    day: tuple[int, int, int, int]
    summary: str
    who: str
    severity: str = ""
    impact: str = ""
    attributable: str = ""
    """What people filled in: Yes, No or nothing."""
    project: str = ""
    cause: str = ""
    """Title of the pull request whose ticket caused it."""
    is_cause_written: bool = False
    """In the cause field; else its ticket is linked."""
    labels: tuple[str, ...] = ()
    is_covered: bool = False
    is_reopened: bool = False
    reverts: bool = False


TROUBLES = (
    Trouble((2025, 8, 6, 14), "Answers quote a policy that does not exist", "farah", "SEV2", "Yes", "Yes", labels=("eval-gap",)),
    Trouble((2025, 9, 30, 11), "Search answers empty for ten minutes", "jonas", "SEV3", "Yes", "No"),
    Trouble((2025, 10, 28, 16), "Router sends everything to the small model", "ines", "SEV1", "Yes", "Yes", is_covered=True),
    Trouble((2025, 12, 16, 9), "Invoices sent twice", "dora", "SEV2", "Yes", "No"),
    Trouble((2026, 1, 27, 10), "Labels lost in the queue", "emil", "SEV3", "No", ""),
    Trouble(
        *((2026, 2, 17, 10), "Insurance advice reaches customers", "hugo", "SEV1", "Yes", "Yes"),
        project="safety-classifier",
        cause="Loosen the regulated list",
        labels=("eval-attributable",),
        is_covered=True,
        reverts=True,
    ),
    Trouble((2026, 3, 24, 13), "Voice requests in Danish go to the German agent", "gita", "", "Yes", "", labels=("eval-gap",)),
    Trouble((2026, 4, 29, 15), "Nightly index a day old", "hugo", "SEV3", "No", "No", is_reopened=True),
    Trouble(
        *((2026, 6, 2, 12), "Empty messages pass unchecked", "lev", "SEV2", "Yes", "Yes"),
        project="safety-classifier",
        cause="Skip what has no text",
        is_cause_written=True,
        labels=("eval-gap",),
    ),
    Trouble((2026, 6, 17, 10), "Partner calls refused", "jonas", "SEV3", "", "No"),
)


def incidents(stage: Stage) -> None:
    """Schedule all of them, and the one issue that Jira cannot serve whole."""
    for trouble in TROUBLES:
        stage.tell(_incident(stage, trouble), berlin(*trouble.day, 17))
    stage.tell(_broken(stage), berlin(2026, 5, 8, 11))


def _incident(stage: Stage, trouble: Trouble) -> Script:
    started = stage.now - timedelta(minutes=38)
    issue = ticket(
        stage,
        trouble.summary,
        trouble.who,
        OPS_BRIDGE,
        project="INC",
        issue_type="Incident",
        priority={"SEV1": "Highest", "SEV2": "High"}.get(trouble.severity, "Medium"),
        description="Raised by the alert.",
    )
    issue.fields[IMPACT_START] = started.isoformat(timespec="milliseconds")
    _filled_in(stage, issue, trouble)
    yield stage.now + timedelta(minutes=9)
    follow_up(stage, issue, trouble.who, "Investigating")
    yield stage.now + timedelta(minutes=50)
    comment(stage, issue, "hugo" if trouble.who != "hugo" else "lev", "Looking at it too.")
    cause = _cause(stage, trouble)
    if cause and trouble.is_cause_written:
        set_field(stage, issue, trouble.who, CAUSE, f"acme/{trouble.project}#{cause[1]}")
    elif cause:
        caused_by(stage, issue, cause[0])
    yield stage.now + timedelta(minutes=70)
    follow_up(stage, issue, trouble.who, "Resolved")
    resolved_at = stage.now
    if trouble.is_reopened:
        yield hours(20)
        follow_up(stage, issue, trouble.who, "Reopened")
        yield hours(3)
        follow_up(stage, issue, trouble.who, "Resolved")
    fix = (yield from _mended(stage, trouble, issue, cause[1])) if cause else None
    stage.world.incidents.append(
        Incident(issue.key, (f"acme/{trouble.project}", cause[1]) if cause else None, _attributable(trouble), trouble.is_covered)
    )
    # The recorded start of the impact stands for its detection, and the priority for a severity that nobody filled in.
    times = {"started_at": started, "detected_at": started, "reported_at": issue.created_at, "resolved_at": resolved_at}
    severity = trouble.severity or issue.priority
    row = {"issue_key": issue.key, "severity": severity, "severity_how": "field" if trouble.severity else "priority_fallback"}
    linked = {"causing_pull_request": cause[1] if cause else None, "repository": f"acme/{trouble.project}" if trouble.project else None}
    linked["cause_named_in"] = ("field" if trouble.is_cause_written else "issue_link") if cause else None
    more = {
        "is_reopened": trouble.is_reopened,
        "commander": trouble.who,
        "fix_pull_request": fix,
        "eval_attributable": _attributable(trouble),
    }
    note(stage.world, "incidents", row | times | linked | more | {"has_eval_coverage": trouble.is_covered})


def _filled_in(stage: Stage, issue: JiraIssue, trouble: Trouble) -> None:
    for field_id, value in ((SEVERITY, trouble.severity), (CUSTOMER_IMPACT, trouble.impact), (EVAL_ATTRIBUTABLE, trouble.attributable)):
        if value:
            set_field(stage, issue, trouble.who, field_id, value)
    for label in trouble.labels:
        put_label(stage, issue, trouble.who, label)


def _attributable(trouble: Trouble) -> str:
    """The field, else a label that says so, else unknown."""
    if trouble.attributable:
        return trouble.attributable.lower()
    return "yes" if {"eval-gap", "eval-attributable"} & set(trouble.labels) else "unknown"


def _cause(stage: Stage, trouble: Trouble) -> tuple[JiraIssue, int] | None:
    """The ticket and the number of the pull request that caused it."""
    if not trouble.cause:
        return None
    issue = next(issue for issue in stage.world.jira_issues if issue.summary == trouble.cause)
    pull = next(pull for pull in stage.world.pull_requests if pull.title == f"{issue.key}: {trouble.cause}")
    return issue, pull.number


def _mended(stage: Stage, trouble: Trouble, issue: JiraIssue, causing: int) -> Generator[timedelta, None, int]:
    """A pull request that names the incident; for one of them it takes the causing change back. Returns its number."""
    site = stage.sites[trouble.project]
    merged = next(pull for pull in stage.world.pull_requests if pull.repository == site.repository.full_name and pull.number == causing)
    title = f'Revert "{merged.title}"' if trouble.reverts else f"Check empty messages again ({issue.key})"
    said = f"\n\nThis reverts commit {{sha:{merged.merge_commit}}}." if trouble.reverts else ""
    path = f"src/{site.package}/policy.py"
    added = function(site, stage.rng(f"mended {issue.key}"), 5)
    edit = Swap(path, last_lines(stage.world.commits[merged.commits[0]], path), "") if trouble.reverts else Append(path, added)
    body = (
        f"Reverts acme/{site.name}#{causing}\n\nBecause of {issue.key}."
        if trouble.reverts
        else f"Because of {issue.key}. Mends #{causing}."
    )
    yield hours(2)
    pull = open_pull(stage, site, Work("gita", title, (Change(f"{title}{said}", (edit,)),), body))
    checked(stage, pull)
    yield hours(1)
    review(stage, pull, "hugo", "APPROVED")
    yield hours(1)
    merge(stage, pull, "hugo")
    return pull.request.number


def _broken(stage: Stage) -> Script:
    """An issue that the site answers without its fields."""
    issue = ticket(stage, "Import of an old board", "emil", "emil")
    issue.is_broken = True
    note(stage.world, "broken_jira_issues", {"issue_key": issue.key, "issue_id": issue.issue_id})
    yield hours(1)
