"""Epics that were given up with less on record: one for a reason that its label and a written decision give, one without any evidence."""

from pipelines.demo.story.checks import checked
from pipelines.demo.story.clock import Script, berlin, days, hours
from pipelines.demo.story.facts import note
from pipelines.demo.story.pulls import Change, Work, merge, open_pull, review
from pipelines.demo.story.stage import Stage
from pipelines.demo.story.tickets import follow_up, put_label, ticket
from pipelines.demo.story.tree import Write

RECORD_PATH = "docs/adr/0005-no-accent-repair.md"
RECORD = "# 5. No repair of accents\nDecided for {epic}.\nNo model that we may use hears the difference; we stop."


def stopped(stage: Stage) -> None:
    """Schedule both."""
    stage.tell(_unrecoverable(stage), berlin(2026, 6, 15, 10))
    stage.tell(_unsupported(stage), berlin(2026, 6, 16, 10))


def _unrecoverable(stage: Stage) -> Script:
    site = stage.sites["mobile-assistant"]
    epic = ticket(stage, "Repair accents before answering", "ines", "dora", issue_type="Epic")
    follow_up(stage, epic, "ines", "In Progress")
    yield days(7)
    title = f"{epic.key}: Decide against repairing accents"
    edits = (Write(RECORD_PATH, RECORD.format(epic=epic.key)),)
    pull = open_pull(stage, site, Work("ines", title, (Change("Decide against repairing accents", edits),)))
    checked(stage, pull)
    yield hours(3)
    review(stage, pull, "gita", "APPROVED")
    yield hours(1)
    merge(stage, pull, "gita")
    yield hours(2)
    put_label(stage, epic, "ines", "unrecoverable-with-available-models")
    follow_up(stage, epic, "ines", "Done", "Won't Do")
    row = {"epic": epic.key, "repository": site.repository.full_name, "decision_record": RECORD_PATH, "pull_request": pull.request.number}
    more = {"eval_run": "", "experiment": "", "decided_by": "ines", "decided_at": stage.now}
    note(stage.world, "kill_decisions", row | more | {"evidence_class": "unrecoverable_with_available_models"})


def _unsupported(stage: Stage) -> Script:
    epic = ticket(stage, "Colour themes for labels", "emil", "dora", issue_type="Epic")
    follow_up(stage, epic, "emil", "In Progress")
    yield days(8)
    follow_up(stage, epic, "emil", "Done", "Won't Do")
    row = {"epic": epic.key, "repository": "", "decision_record": "", "pull_request": None, "eval_run": "", "experiment": ""}
    note(
        stage.world,
        "kill_decisions",
        row | {"decided_by": "", "assignee": "emil", "decided_at": stage.now, "evidence_class": "unsupported"},
    )
