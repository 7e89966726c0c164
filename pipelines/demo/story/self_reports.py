"""The register in which people report what no tool saw: one report with a witness, one without, and one that somebody makes of another."""

from pipelines.demo.story.facts import note
from pipelines.demo.story.sheets import sheet
from pipelines.demo.story.stage import Stage

COLUMNS = ("report", "person", "by", "day", "hours", "about", "url")
THREAD = "https://acme.slack.example/archives/C01/p1773309600"
TOLD = (
    ("design-walk", "emil", "emil", "2026-03-12", "3", "Went through a junior colleague's design with them", THREAD),
    ("design-walk", "emil", "farah", "2026-03-13", "", "I was in the room", ""),
    ("vendor-calls", "emil", "emil", "2026-05-20", "", "Calls with the labelling vendor", ""),
    ("good-deed", "gita", "hugo", "2026-05-21", "", "Gita helped everybody", ""),
)


def self_reports(stage: Stage) -> str:
    """The register as CSV, and what of it counts."""
    own = {report: person for report, person, by, *_ in TOLD if person == by}
    witnessed = {report for report, person, by, *_ in TOLD if person != by and report in own}
    for person in sorted(set(own.values())):
        reports = [report for report, whose in own.items() if whose == person]
        row = {"person": person, "period": "2026H1", "reports": len(reports), "witnessed": len(witnessed.intersection(reports))}
        note(stage.world, "self_reports", row)
    return sheet(
        COLUMNS, [(report, stage.person(person).emails[0], stage.person(by).emails[0], *rest) for report, person, by, *rest in TOLD]
    )
