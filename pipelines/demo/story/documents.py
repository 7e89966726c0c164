"""Documents in a folder outside of every repository: a plan that a launch was watched by, and what was learnt from two incidents."""

from pipelines.demo.story.experiment_facts import ROLLBACK_PATH
from pipelines.demo.story.facts import cited, note
from pipelines.demo.world import World

FOLDER, ADDRESS = "handbook", "https://handbook.acme.example"
PLAN, INSURANCE, EMPTY = "rfcs/0007-dashboard-of-opened-sources.md", "postmortems/insurance-advice.md", "postmortems/empty-messages.md"
PLAN_KEY = "RFC-7"
_RUNBOOK = f"https://github.com/acme/search-ranker/blob/main/{ROLLBACK_PATH}"
_TEXTS = {
    PLAN: f"""---
id: {PLAN_KEY}
title: Dashboard of opened sources
authors: [dora@acme.example]
date: 2026-05-04
status: accepted
---
We watch how many sources are opened before and after they stand above the answer.
How to take it back is what [the reranker's runbook]({_RUNBOOK}) says.
""",
    INSURANCE: """---
title: Insurance advice reached customers
authors: [hugo@acme.example]
date: 2026-02-24
---
What happened stands in {Insurance advice reaches customers}.
""",
    EMPTY: """---
title: Empty messages passed unchecked
authors: [lev@acme.example]
date: 2026-06-09
---
What happened stands in {Empty messages pass unchecked}. It is the second time: see [the first](insurance-advice.md).
""",
}
_SAID_IN_FRONT = {PLAN: ("rfc", PLAN_KEY, "dora"), INSURANCE: ("postmortem", None, "hugo"), EMPTY: ("postmortem", None, "lev")}
_INCIDENTS = {INSURANCE: "Insurance advice reaches customers", EMPTY: "Empty messages pass unchecked"}


def documents(world: World) -> None:
    """Write them; what they tell of incidents names them by their keys."""
    keys = {issue.summary: issue.key for issue in world.jira_issues if issue.issue_type == "Incident"}
    for path, text in _TEXTS.items():
        world.document_files[path] = text.format_map(keys)
        kind, key, author = _SAID_IN_FRONT[path]
        note(world, "documents", {"path": path, "kind": kind, "key": key, "author": author, "url": f"{ADDRESS}/{path}"})
    for path, summary in _INCIDENTS.items():
        note(world, "document_incidents", {"path": path, "issue_key": keys[summary]})
    watched = next(pull for pull in world.pull_requests if PLAN_KEY in pull.body)
    who = next(person.person_id for person in world.people if person.account == watched.account)
    cited(world, PLAN, "key", "pull_request", f"{watched.repository}#{watched.number}", who)
    # Of a line in a folder nobody tells who wrote it.
    cited(world, INSURANCE, "path", "document", EMPTY, None)
    cited(world, ROLLBACK_PATH, "url", "document", PLAN, None)
