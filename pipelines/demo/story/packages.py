"""What GitHub's dependency graph shows of one repository: packages of its manifest, one needed by another, a day that changed them."""

from pipelines.demo.story.clock import Script, berlin
from pipelines.demo.story.facts import note
from pipelines.demo.story.stage import Site, Stage
from pipelines.demo.story.tree import Swap
from pipelines.demo.world_surroundings import Package, Surroundings

NEEDING, MANIFEST = "billing-api", "requirements-dev.txt"
FIRST = f"{NEEDING}:1"
"""Mark of its first commit. What it needed before the day of the change is told as of that day: nobody reads the graph so early."""
BEFORE, AFTER = "httpx==0.28.1\npydantic==2.11.0", "httpx==0.28.2\nopenpyxl==3.1.5"
"""One upgraded, one given up, one new."""
CHANGED_ON = berlin(2026, 6, 16, 14, 20)


def packages(stage: Stage) -> None:
    """Schedule the change."""
    stage.tell(_changed(stage), CHANGED_ON)


def _changed(stage: Stage) -> Script:
    site, world = stage.sites[NEEDING], stage.world
    before = _needed(site)
    new = stage.push(site, "dora", "Write invoices as spreadsheets", [Swap(MANIFEST, BEFORE, AFTER)])
    after = _needed(site)
    around = world.surroundings.setdefault(site.repository.full_name, Surroundings())
    around.packages += [(FIRST, before), (new.mark, after)]
    for package in after:
        relationship = "direct" if package.is_direct else "transitive"
        note(world, "packages", {"repository": site.repository.full_name, "url": package.url, "relationship": relationship})
    for change, some, others in (("added", after, before), ("removed", before, after)):
        for package in some:
            if package not in others:
                note(world, "package_changes", {"repository": site.repository.full_name, "change": change, "url": package.url})
    yield from ()


def _needed(site: Site) -> tuple[Package, ...]:
    """What the manifest pins as it stands, and what the first of them needs in turn."""
    pinned = [line.text.partition("==") for line in site.tree[MANIFEST]]
    direct = [Package("pypi", name, version, MANIFEST) for name, _, version in pinned]
    return (*direct, Package("pypi", "httpcore", "1.0.9", MANIFEST, is_direct=False))
