"""Labels that people gave to what the helpfulness judge judged: before its rubric was changed, and long after."""

from pipelines.demo.story.evals import HELPFULNESS
from pipelines.demo.story.facts import note
from pipelines.demo.world import World

LABELLED = (("emil", "2025H2", "2025-11-12", range(1, 21)), ("ines", "2026H1", "2026-06-10", range(21, 31)))
CHANGED_AFTER = {"2025-11-12"}
"""Days of labels after which a new version of the rubric landed within six weeks."""


def labels(world: World) -> str:
    """The label set as CSV, and how many labels led to something."""
    emails = {person.person_id: person.emails[0] for person in world.people}
    lines = ["item,rater,value,question,labelled_at"]
    for person, period, day, places in LABELLED:
        lines += [
            f"{HELPFULNESS.dataset}-{place:03d},{emails[person]},{'bad' if place % 5 == 0 else 'good'},verdict,{day}T10:{place:02d}:00Z"
            for place in places
        ]
        followed = len(places) if day in CHANGED_AFTER else 0
        note(world, "labelled_traces", {"person": person, "period": period, "labelled": len(places), "rubric_changed_after": followed})
    return "\n".join(lines) + "\n"
