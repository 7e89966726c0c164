"""The register in which managers say how hard a project was: two statements that count, and one that nobody may make."""

import csv
import io

from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Stage

COLUMNS = ("project", "person", "ambiguity", "dependencies", "novelty", "reason", "by", "from", "to")
TOLD = (
    ("safety-classifier", "ana", "high", "", "existing", "Legal had not said what regulated content is", "hugo"),
    ("mobile-assistant", "", "", "many", "", "Three apps and the design team took part", "hugo"),
)
OF_ONESELF = ("labeling-svc", "emil", "high", "many", "greenfield", "It felt hard", "emil")
FIRST_DAY, DAY_AFTER = "2026-01-01", "2026-07-01"


def contexts(stage: Stage) -> str:
    """The register as CSV, and what of it must be found."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for site, person, ambiguity, dependencies, novelty, reason, by in (*TOLD, OF_ONESELF):
        project = stage.sites[site].repository.full_name
        emails = [stage.person(who).emails[0] if who else "" for who in (person, by)]
        writer.writerow([project, emails[0], ambiguity, dependencies, novelty, reason, emails[1], FIRST_DAY, DAY_AFTER])
        told = {"ambiguity": ambiguity or None, "dependencies": dependencies or None, "novelty": novelty or None}
        counts = person != by
        note(stage.world, "project_contexts", {"project": project, "person": person or None, "by": by, "counts": counts, **told})
    return out.getvalue()
